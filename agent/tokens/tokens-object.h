/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Attributes of a token's objects, one at a time: one that an object lacks says nothing of others.
 */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

/* FALSE also where the object has no such attribute. */
gboolean pf_tokens_object_is(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                             CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

gboolean pf_tokens_object_get_number(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                                     CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                                     CK_ULONG *ret_value);

/* The bytes, at most MAX of them; NULL where there are none, or more. Owned by the caller. */
GBytes *pf_tokens_object_get_bytes(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                                   CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, gsize max);

/* Finds what has the ATTRIBUTES, at most MAX handles; their number is in *RET_COUNT. */
CK_RV pf_tokens_object_find(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                            CK_ATTRIBUTE *attributes, CK_ULONG attribute_count,
                            CK_OBJECT_HANDLE *ret_handles, CK_ULONG max, CK_ULONG *ret_count);
