/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Attributes: asked for their size first, since some backends write without looking. */
#include "tokens-object.h"

gboolean
pf_tokens_object_is(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                    CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL value = CK_FALSE;
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    return p11->C_GetAttributeValue(session, object, &attribute, 1) == CKR_OK && value != CK_FALSE;
}

gboolean
pf_tokens_object_get_number(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                            CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG *ret_value)
{
    CK_ULONG value = 0;
    CK_ATTRIBUTE attribute = {type, &value, sizeof value};
    if (p11->C_GetAttributeValue(session, object, &attribute, 1) != CKR_OK)
        return FALSE;
    *ret_value = value;
    return TRUE;
}

GBytes *
pf_tokens_object_get_bytes(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                           CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, gsize max)
{
    CK_ATTRIBUTE attribute = {type, NULL, 0};
    if (p11->C_GetAttributeValue(session, object, &attribute, 1) != CKR_OK ||
        attribute.ulValueLen == 0 || attribute.ulValueLen > max)
        return NULL;
    g_autofree unsigned char *value = g_malloc(attribute.ulValueLen);
    CK_ULONG size = attribute.ulValueLen;
    attribute.pValue = value;
    if (p11->C_GetAttributeValue(session, object, &attribute, 1) != CKR_OK ||
        attribute.ulValueLen > size)
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&value), attribute.ulValueLen);
}

CK_RV
pf_tokens_object_find(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_ATTRIBUTE *attributes,
                      CK_ULONG attribute_count, CK_OBJECT_HANDLE *ret_handles, CK_ULONG max,
                      CK_ULONG *ret_count)
{
    CK_ULONG count = 0;
    CK_RV rv = p11->C_FindObjectsInit(session, attributes, attribute_count);
    if (rv != CKR_OK)
        return rv;
    rv = p11->C_FindObjects(session, ret_handles, max, &count);
    p11->C_FindObjectsFinal(session);
    if (rv == CKR_OK)
        *ret_count = MIN(count, max);
    return rv;
}
