/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a certificate says of its time and of what its key is for. */
#pragma once

#include <glib.h>

/* What a certificate's key may be used for. */
typedef enum {
    PF_CERTIFICATE_USE_SIGN = 1 << 0,
    PF_CERTIFICATE_USE_ENCRYPT = 1 << 1,
    PF_CERTIFICATE_USE_AUTHENTICATE = 1 << 2,
    PF_CERTIFICATE_USE_ISSUE = 1 << 3,
    PF_CERTIFICATE_USE_ANY = 1 << 4, /* nothing is said */
} PfCertificateUse;

typedef struct {
    gboolean is_readable; /* FALSE: it is no X.509 certificate, and the rest says nothing */
    gboolean is_authority;
    gint64 not_before; /* Unix seconds */
    gint64 not_after;
    PfCertificateUse uses; /* of key usage and extended key usage together */
} PfCertificateFacts;

/* FACTS need no freeing. */
void pf_certificate_facts_read(PfCertificateFacts *facts, GBytes *der);
