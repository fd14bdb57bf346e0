/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What register and unregister did, or would do, for people and in JSON. */
#pragma once

#include <json-glib/json-glib.h>

/* Prints what PROGRAMS are, an array of objects as `--json` prints them, for people. */
void pf_ctl_register_print(JsonArray *programs, gboolean dry_run);

/* Prints {"programs": PROGRAMS}. */
void pf_ctl_register_print_json(JsonArray *programs);
