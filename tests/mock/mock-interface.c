/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's interfaces of PKCS#11 3.0; a mock without has only that of 2.40. */
#include <string.h>

#include "mock-state.h"
#include "pkcs11-v3.h"

CK_RV
C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags)
{
    static const struct {
        CK_FLAGS single, message;
    } cancelled[PF_MOCK_N_OPERATIONS] = {
        [PF_MOCK_SIGN] = {CKF_SIGN, CKF_MESSAGE_SIGN},
        [PF_MOCK_VERIFY] = {CKF_VERIFY, CKF_MESSAGE_VERIFY},
        [PF_MOCK_ENCRYPT] = {CKF_ENCRYPT, CKF_MESSAGE_ENCRYPT},
        [PF_MOCK_DECRYPT] = {CKF_DECRYPT, CKF_MESSAGE_DECRYPT},
    };
    PfMockSession *own;
    CK_RV rv;
    /* What cannot be cancelled need not be all that was asked for: ciphers can. */
    bool is_refused = pf_mock_follow_rule("C_SessionCancel", &rv);

    if (is_refused)
        flags &= CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_ENCRYPT | CKF_DECRYPT;
    pf_mock_lock();
    own = pf_mock_state_get_session(session);
    for (int i = 0; own != NULL && i < PF_MOCK_N_OPERATIONS; i++) {
        if ((flags & cancelled[i].single) != 0)
            own->operations[i].active = false;
        if ((flags & cancelled[i].message) != 0)
            own->messages[i].active = false;
    }
    if (own != NULL && (flags & CKF_FIND_OBJECTS) != 0)
        own->finding = false;
    pf_mock_unlock();
    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    return is_refused ? rv : CKR_OK;
}

CK_RV
C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG pin_len,
            CK_UTF8CHAR *name, CK_ULONG name_len)
{
    if (name_len != 4 || memcmp(name, "anna", 4) != 0)
        return CKR_PIN_INCORRECT;
    return pf_mock_list.C_Login(session, type, pin, pin_len);
}

#define ENTRY(name) .name = name,
static CK_FUNCTION_LIST_3_0 list_3_0 = {.version = {.major = 3, .minor = 0},
                                        PF_FUNCTIONS_3_0(ENTRY)};
#undef ENTRY

/* Their entry points are elsewhere. */
static void
fill_2_40(void)
{
#define COPY(name) list_3_0.name = pf_mock_list.name;
    PF_FUNCTIONS(COPY)
#undef COPY
}

static char standard_name[] = "PKCS 11";
static CK_INTERFACE interfaces[] = {{(void *)standard_name, &pf_mock_list, 0},
                                    {(void *)standard_name, &list_3_0, 0}};

static CK_ULONG
count_interfaces(void)
{
    CK_ULONG count;

    pf_mock_lock();
    count = pf_mock_script_get()->v3 ? 2 : 1;
    list_3_0.version.minor = pf_mock_script_get()->v3_minor;
    fill_2_40();
    pf_mock_unlock();
    return count;
}

__attribute__((visibility("default"))) CK_RV
C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count)
{
    CK_ULONG room = *count;

    *count = count_interfaces();
    if (list == NULL)
        return CKR_OK;
    if (room < *count)
        return CKR_BUFFER_TOO_SMALL;
    memcpy(list, interfaces, *count * sizeof(*list));
    return CKR_OK;
}

__attribute__((visibility("default"))) CK_RV
C_GetInterface(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags)
{
    for (CK_ULONG i = count_interfaces(); i-- > 0;) {
        const CK_VERSION *own = interfaces[i].pFunctionList;

        if ((name != NULL && strcmp((char *)name, standard_name) != 0) || flags != 0 ||
            (version != NULL && memcmp(version, own, sizeof(*own)) != 0))
            continue;
        *interface = &interfaces[i];
        return CKR_OK;
    }
    return CKR_FUNCTION_FAILED;
}
