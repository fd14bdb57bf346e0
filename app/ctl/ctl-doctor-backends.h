/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor's list of backends: their tokens, and what is known of their logout (DESIGN 6). */
#pragma once

#include <json-glib/json-glib.h>

/* Reads the backends of the configuration by the helper: what `pinfold-tokens list` calls
 * `modules`, the caller's. NULL and *ERROR when the helper fails. */
JsonArray *pf_ctl_doctor_backends_read(GError **error);

/* Takes out of it what tells one token from another. */
void pf_ctl_doctor_backends_make_anonymous(JsonArray *backends);

/* Prints them for people. */
void pf_ctl_doctor_backends_print(JsonArray *backends);
