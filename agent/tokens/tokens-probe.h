/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What pinfold-tokens learns of one backend. */
#pragma once

/* Loads the backend at PATH into this process, reads its slots and tokens, and writes one JSON
 * object to OUT_FD: `ok` or `fault`, `description`, `slots`. The process is the backend's from then
 * on: the caller ends it by _exit(). Returns the exit status. */
int pf_tokens_probe_run(const char *path, int out_fd);
