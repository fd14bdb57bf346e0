/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a certificate says its key is for (RFC 5280, 4.2.1.3). */
#pragma once

#include <glib.h>

/* Does the X.509 certificate CERTIFICATE assert nonRepudiation, and no other use of its key? Not
 * what has no such extension, or is no certificate. */
gboolean pf_key_usage_is_signature_only(GBytes *certificate);
