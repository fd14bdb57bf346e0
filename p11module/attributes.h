/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAttributes: what Pinfold remembers of a private token object: its identity and everything about
 * it that is not secret (DESIGN 4.3). Never values or private components of keys or data. */
#pragma once

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

#include "backend.h"

typedef struct PfAttributes PfAttributes;

/* Reads the attributes of a backend object in the session REAL. On CKR_OK, RET_ATTRIBUTES is a
 * reference of the caller's. Attributes never change once they are read. */
CK_RV pf_attributes_read(PfBackend *backend, CK_SESSION_HANDLE real, CK_OBJECT_HANDLE object,
                         PfAttributes **ret_attributes);

/* One more reference, and one less; NULL is fine. Any thread. */
PfAttributes *pf_attributes_ref(PfAttributes *attributes);
void pf_attributes_unref(PfAttributes *attributes);

/* Can TEMPLATE be answered from what is known? */
bool pf_attributes_cover(const PfAttributes *attributes, const CK_ATTRIBUTE *template,
                         CK_ULONG count);

/* C_GetAttributeValue from memory (PKCS#11 2.40, 5.7); TEMPLATE must be covered. */
CK_RV pf_attributes_get(const PfAttributes *attributes, CK_ATTRIBUTE *template, CK_ULONG count);

typedef enum {
    PF_MATCH_NONE,
    PF_MATCH_FULL,
    PF_MATCH_UNKNOWN, /* what is known is equal, and something is not known */
} PfMatch;

/* Has the object all attributes of TEMPLATE, as C_FindObjectsInit compares (PKCS#11 2.40, 5.7)? */
PfMatch pf_attributes_match(const PfAttributes *attributes, const CK_ATTRIBUTE *template,
                            CK_ULONG count);

/* Do both say the same of what tells objects apart: class, ID, label, key type, public components,
 * check value, CKA_UNIQUE_ID? */
bool pf_attributes_same_identity(const PfAttributes *a, const PfAttributes *b);

/* Is the identity of the backend's object now just this one, with nothing more and nothing less?
 * Returns CKR_OK, or CKR_HOST_MEMORY when nobody knows. */
CK_RV pf_attributes_check_identity(const PfAttributes *attributes, PfBackend *backend,
                                   CK_SESSION_HANDLE real, CK_OBJECT_HANDLE object,
                                   bool *ret_is_same);

/* Fills TEMPLATE, of at least PF_ATTRIBUTES_SEARCH_MAX, with little that finds the object among
 * others, the class first. RET_HAS_COMPONENT: the second one is a public component of a key, of
 * which no two keys have the same. Pointers are into ATTRIBUTES. */
#define PF_ATTRIBUTES_SEARCH_MAX 5
CK_ULONG pf_attributes_fill_search(const PfAttributes *attributes, CK_ATTRIBUTE *template,
                                   bool *ret_has_component);

/* CKA_LABEL as text for a dialog, or NULL; borrowed. */
const char *pf_attributes_get_label(const PfAttributes *attributes);

/* CKA_ALWAYS_AUTHENTICATE: does each use of the key need a login of its own? */
bool pf_attributes_always_authenticate(const PfAttributes *attributes);
