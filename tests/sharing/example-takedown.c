/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Ends what example-setup began. */
#include "example.h"

int
main(int argc, char **argv)
{
    PfExample example;
    pf_example_load(&example, argc, argv);

    pf_example_expect(example.p11->C_Initialize(NULL), "C_Initialize");
    CK_SLOT_ID slot = pf_example_find_slot(&example);
    pf_example_expect(example.close_id(slot, 7, 9), "CA_CloseApplicationID");
    pf_example_expect(example.p11->C_Finalize(NULL), "C_Finalize");
    return 0;
}
