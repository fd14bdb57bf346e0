/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The first of two programs that share a login: it logs in and out for both. */
#include "example.h"

int
main(int argc, char **argv)
{
    PfExample example;
    pf_example_load(&example, argc, argv);

    CK_SESSION_HANDLE session;
    pf_example_expect(example.p11->C_Initialize(NULL), "C_Initialize");
    pf_example_expect(example.set_id(3, 4), "CA_SetApplicationID");
    CK_SLOT_ID slot = pf_example_find_slot(&example);
    pf_example_expect(example.p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
                      "C_OpenSession");
    pf_example_log_in(&example, session);
    pf_example_wait(); /* the other one finds itself logged in, and works */
    pf_example_expect(example.p11->C_Logout(session), "C_Logout");
    pf_example_wait(); /* the other one finds itself logged out */
    pf_example_expect(example.p11->C_CloseSession(session), "C_CloseSession");
    pf_example_expect(example.p11->C_Finalize(NULL), "C_Finalize");
    return 0;
}
