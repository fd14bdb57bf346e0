/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock token's objects and their handles. */
#pragma once

#include "mock-script.h"

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#define PF_MOCK_MAX_OBJECTS    64
#define PF_MOCK_MAX_ATTRIBUTES 24

typedef struct {
    bool used;
    CK_OBJECT_HANDLE handle;
    CK_SESSION_HANDLE session; /* 0: a token object */
    CK_ATTRIBUTE attributes[PF_MOCK_MAX_ATTRIBUTES];
    CK_ULONG n_attributes;
} PfMockObject;

/* Makes the objects a fresh token has; the ones there are go. */
void pf_mock_objects_reset(const PfMockScript *script);

/* Gives private objects the handles they have from this login on, as the script says. */
void pf_mock_objects_renumber(const PfMockScript *script);

/* Destroys session objects: of one session, or (0) of all; only private ones if asked to. */
void pf_mock_objects_drop(CK_SESSION_HANDLE session, bool only_private);

/* The object of a handle, or NULL; private ones only when logged in. Borrowed. */
PfMockObject *pf_mock_object_get(CK_OBJECT_HANDLE handle, bool logged_in);

/* As pf_mock_object_get() for the place in the table, from 0; NULL for a free one. */
PfMockObject *pf_mock_object_get_at(unsigned int index, bool logged_in);

/* Makes an object of a template, or a changed copy of @base; NULL when the table is full. */
PfMockObject *pf_mock_object_create(const PfMockObject *base, const CK_ATTRIBUTE *attributes,
                                    CK_ULONG count, CK_SESSION_HANDLE session);

void pf_mock_object_destroy(PfMockObject *object);

/* Sets or replaces one attribute; copies the value. */
void pf_mock_object_set(PfMockObject *object, CK_ATTRIBUTE_TYPE type, const void *value,
                        CK_ULONG size);

/* The attribute of that type, or NULL. Borrowed. */
const CK_ATTRIBUTE *pf_mock_object_find(const PfMockObject *object, CK_ATTRIBUTE_TYPE type);

/* A number or truth attribute; 0 when the object has none. */
CK_ULONG pf_mock_object_number(const PfMockObject *object, CK_ATTRIBUTE_TYPE type);
bool pf_mock_object_is(const PfMockObject *object, CK_ATTRIBUTE_TYPE type);

/* True when every attribute of the template is one of the object's, value included. */
bool pf_mock_object_matches(const PfMockObject *object, const CK_ATTRIBUTE *attributes,
                            CK_ULONG count);
