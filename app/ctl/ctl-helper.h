/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The helper pinfold-tokens, run and waited for: pinfoldctl itself loads no PKCS#11 module but
 * Pinfold's own, for login and logout. */
#pragma once

#include <json-glib/json-glib.h>

/* Runs `pinfold-tokens ARGS…` (NULL-terminated), for TIMEOUT_MS at most. INPUT_FD, -1 for none,
 * stays the caller's. Returns what it printed, the caller's; NULL and *ERROR, in words for people,
 * when it failed or printed no object. Runs the default main context. */
JsonNode *pf_ctl_helper_run(const char *const *args, int input_fd, guint timeout_ms,
                            GError **error);
