/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Object handles inside the parameters of mechanisms: the only thing in them that is ever looked
 * at, because the host's handles are not the backend's. Parameters of another size than the
 * specification has, and all other mechanisms, are passed on as they are. */
#pragma once

#include "mechanism-params.h"

#define PF_MECHANISM_KEYS 2
#define PF_MECHANISM_MADE 4

/* A mechanism with a parameter of its own, for one call. */
typedef struct {
    CK_MECHANISM mechanism;
    union {
        CK_OBJECT_HANDLE handle;
        PfMqvParams agreement;
        PfHkdfParams hkdf;
    } parameter;
} PfMechanism;

/* Lists the host's handles of keys that MECHANISM (NULL is fine) uses; returns their number. */
unsigned pf_mechanism_list_keys(const CK_MECHANISM *mechanism,
                                CK_OBJECT_HANDLE keys[PF_MECHANISM_KEYS]);

/* What is to be given to the backend: MECHANISM itself, or RET_MECHANISM with REAL in the place of
 * the listed keys. */
CK_MECHANISM *pf_mechanism_translate(CK_MECHANISM *mechanism, const CK_OBJECT_HANDLE *real,
                                     PfMechanism *ret_mechanism);

/* Lists the places, in the host's memory, where C_DeriveKey puts handles of keys that it makes
 * beside the one of its own result, which those mechanisms do not have; returns their number. */
unsigned pf_mechanism_list_made(const CK_MECHANISM *mechanism,
                                CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE]);
