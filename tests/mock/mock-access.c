/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's object functions: finding, reading, making, changing, destroying. */
#include "mock-state.h"

#include <string.h>

static CK_RV
get_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, PfMockObject **ret_object)
{
    PfMockObject *object;

    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    object = pf_mock_object_get(handle, pf_mock_state_is_user());
    if (object == NULL)
        return CKR_OBJECT_HANDLE_INVALID;
    *ret_object = object;
    return CKR_OK;
}

static CK_RV
make_object(CK_SESSION_HANDLE session, const PfMockObject *base, const CK_ATTRIBUTE *templ,
            CK_ULONG count, CK_OBJECT_HANDLE *ret_handle)
{
    const PfMockSession *own = pf_mock_state_get_session(session);
    PfMockObject *object;
    CK_RV rv = CKR_OK;

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    object = pf_mock_object_create(base, templ, count, session);
    if (object == NULL)
        return CKR_DEVICE_MEMORY;
    if (pf_mock_object_find(object, CKA_CLASS) == NULL)
        rv = CKR_TEMPLATE_INCOMPLETE;
    else if (pf_mock_object_is(object, CKA_PRIVATE) && !pf_mock_state_is_user())
        rv = CKR_USER_NOT_LOGGED_IN;
    else if (pf_mock_object_is(object, CKA_TOKEN) && (own->flags & CKF_RW_SESSION) == 0)
        rv = CKR_SESSION_READ_ONLY;
    if (rv != CKR_OK) {
        pf_mock_object_destroy(object);
        return rv;
    }
    if (pf_mock_object_is(object, CKA_TOKEN))
        object->session = 0;
    *ret_handle = object->handle;
    return CKR_OK;
}

CK_RV
pf_mock_CreateObject(CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG count,
                     CK_OBJECT_HANDLE *object)
{
    return make_object(session, NULL, templ, count, object);
}

CK_RV
pf_mock_CopyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                   CK_ULONG count, CK_OBJECT_HANDLE *new_object)
{
    PfMockObject *base;
    CK_RV rv = get_object(session, object, &base);

    return rv != CKR_OK ? rv : make_object(session, base, templ, count, new_object);
}

/* Token objects are changed in read-write sessions only. */
static CK_RV
get_writable(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle, PfMockObject **ret_object)
{
    CK_RV rv = get_object(session, handle, ret_object);

    if (rv == CKR_OK && (*ret_object)->session == 0 &&
        (pf_mock_state_get_session(session)->flags & CKF_RW_SESSION) == 0)
        return CKR_SESSION_READ_ONLY;
    return rv;
}

CK_RV
pf_mock_DestroyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
    PfMockObject *own;
    CK_RV rv = get_writable(session, object, &own);

    if (rv == CKR_OK)
        pf_mock_object_destroy(own);
    return rv;
}

CK_RV
pf_mock_SetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                          CK_ULONG count)
{
    PfMockObject *own;
    CK_RV rv = get_writable(session, object, &own);

    for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
        if (templ[i].type != CKA_LABEL && templ[i].type != CKA_ID && templ[i].type != CKA_VALUE)
            return CKR_ATTRIBUTE_READ_ONLY;
    }
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++)
        pf_mock_object_set(own, templ[i].type, templ[i].pValue, templ[i].ulValueLen);
    return rv;
}

CK_RV
pf_mock_GetObjectSize(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
    PfMockObject *own;
    CK_RV rv = get_object(session, object, &own);

    if (rv != CKR_OK)
        return rv;
    *size = 0;
    for (CK_ULONG i = 0; i < own->n_attributes; i++)
        *size += own->attributes[i].ulValueLen;
    return CKR_OK;
}

static bool
is_secret(const PfMockObject *object, CK_ATTRIBUTE_TYPE type)
{
    return pf_mock_object_is(object, CKA_SENSITIVE) &&
           (type == CKA_VALUE || type == CKA_PRIVATE_EXPONENT);
}

CK_RV
pf_mock_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
                          CK_ULONG count)
{
    PfMockObject *own;
    CK_RV rv = get_object(session, object, &own);

    if (rv != CKR_OK)
        return rv;
    for (CK_ULONG i = 0; i < count; i++) {
        const CK_ATTRIBUTE *found = pf_mock_object_find(own, templ[i].type);
        CK_ULONG room = templ[i].ulValueLen;

        templ[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
        if (is_secret(own, templ[i].type)) {
            rv = CKR_ATTRIBUTE_SENSITIVE;
        } else if (found == NULL) {
            rv = CKR_ATTRIBUTE_TYPE_INVALID;
        } else if (templ[i].pValue != NULL && room < found->ulValueLen) {
            rv = CKR_BUFFER_TOO_SMALL;
        } else {
            templ[i].ulValueLen = found->ulValueLen;
            if (templ[i].pValue != NULL)
                memcpy(templ[i].pValue, found->pValue, found->ulValueLen);
        }
    }
    return rv;
}

CK_RV
pf_mock_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG count)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (own->finding)
        return CKR_OPERATION_ACTIVE;
    own->finding = true;
    own->n_found = own->next_found = 0;
    for (unsigned int i = 0; i < PF_MOCK_MAX_OBJECTS; i++) {
        const PfMockObject *object = pf_mock_object_get_at(i, pf_mock_state_is_user());

        if (object != NULL && pf_mock_object_matches(object, templ, count))
            own->found[own->n_found++] = object->handle;
    }
    return CKR_OK;
}

CK_RV
pf_mock_FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *object, CK_ULONG max_object_count,
                    CK_ULONG *object_count)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!own->finding)
        return CKR_OPERATION_NOT_INITIALIZED;
    *object_count = 0;
    while (*object_count < max_object_count && own->next_found < own->n_found)
        object[(*object_count)++] = own->found[own->next_found++];
    *object_count += pf_mock.script->counts_more;
    return CKR_OK;
}

CK_RV
pf_mock_FindObjectsFinal(CK_SESSION_HANDLE session)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!own->finding)
        return CKR_OPERATION_NOT_INITIALIZED;
    own->finding = false;
    return CKR_OK;
}
