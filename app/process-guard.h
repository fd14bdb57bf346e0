/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Keeps the process's memory to itself (DESIGN 8). */
#pragma once

/* No core file, not dumpable: same-uid programs cannot read memory or attach. First in main(). */
void pf_process_guard_init(void);

/* Lets the agent read /proc/PID/exe, which the kernel ties to being dumpable: an agent of the same
 * uid could not see otherwise who registers as its prompter. Only from connecting to the answer of
 * RegisterPrompter, when no dialog is open and so no PIN is in memory; then _hide() again. */
void pf_process_guard_show(void);
void pf_process_guard_hide(void);
