/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Logs in for programs that come later, and ends. */
#include "example.h"

int
main(int argc, char **argv)
{
    PfExample example;
    pf_example_load(&example, argc, argv);

    CK_SESSION_HANDLE session;
    pf_example_expect(example.p11->C_Initialize(NULL), "C_Initialize");
    pf_example_expect(example.set_id(7, 9), "CA_SetApplicationID");
    CK_SLOT_ID slot = pf_example_find_slot(&example);
    pf_example_expect(example.open_id(slot, 7, 9), "CA_OpenApplicationID");
    pf_example_expect(example.p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
                      "C_OpenSession");
    pf_example_log_in(&example, session);
    pf_example_expect(example.p11->C_CloseSession(session), "C_CloseSession");
    pf_example_wait(); /* the children are spawned */
    pf_example_expect(example.p11->C_Finalize(NULL), "C_Finalize");
    return 0;
}
