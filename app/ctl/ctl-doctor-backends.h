/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor's list of backends: their tokens, and what is known of their logout (DESIGN 6). */
#pragma once

#include <json-glib/json-glib.h>

/* Reads the backends of the configuration by the helper: what `pinfold-tokens list` calls
 * `modules`, the caller's. NULL and *ERROR when the helper fails. With ANONYMOUS nothing in it
 * tells one token or one person from another. */
JsonArray *pf_ctl_doctor_backends_read(gboolean anonymous, GError **error);

/* Prints them for people. */
void pf_ctl_doctor_backends_print(JsonArray *backends);
