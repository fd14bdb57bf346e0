/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAttributes: what Pinfold remembers of a private token object: its identity and everything about
 * it that is not secret (DESIGN 4.3). Never values or private components of keys or data. */
#pragma once

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

#include "backend.h"

typedef struct PfAttributes PfAttributes;

/* Reads the attributes of a backend object in the session REAL. NULL when that fails; the result is
 * the caller's. */
PfAttributes *pf_attributes_read(PfBackend *backend, CK_SESSION_HANDLE real,
                                 CK_OBJECT_HANDLE object);

/* NULL is fine. */
void pf_attributes_free(PfAttributes *attributes);

/* Can TEMPLATE be answered, or matched, from what is known? */
bool pf_attributes_cover(const PfAttributes *attributes, const CK_ATTRIBUTE *template,
                         CK_ULONG count);

/* C_GetAttributeValue from memory (PKCS#11 2.40, 5.7); TEMPLATE must be covered. */
CK_RV pf_attributes_get(const PfAttributes *attributes, CK_ATTRIBUTE *template, CK_ULONG count);

/* Has the object all attributes of TEMPLATE, as C_FindObjectsInit compares? It must be covered. */
bool pf_attributes_match(const PfAttributes *attributes, const CK_ATTRIBUTE *template,
                         CK_ULONG count);

/* Do both say the same of what tells objects apart: class, ID, label, key type, public components,
 * CKA_UNIQUE_ID? */
bool pf_attributes_same_identity(const PfAttributes *a, const PfAttributes *b);

/* Fills TEMPLATE, of at least PF_ATTRIBUTES_IDENTITY_MAX, with the identity for a search; pointers
 * are borrowed. Returns the number. */
#define PF_ATTRIBUTES_IDENTITY_MAX 16
CK_ULONG pf_attributes_fill_identity(const PfAttributes *attributes, CK_ATTRIBUTE *template);

/* CKA_LABEL as text for a dialog, or NULL; borrowed. */
const char *pf_attributes_get_label(const PfAttributes *attributes);
