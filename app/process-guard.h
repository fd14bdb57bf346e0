/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Keeps the process's memory to itself (DESIGN 8). */
#pragma once

#include <glib.h>

/* No core file, not dumpable: same-uid programs cannot read memory or attach. First in main(). */
void pf_process_guard_init(void);

/* Lets the agent read /proc/PID/exe, which the kernel ties to being dumpable: an agent of the same
 * uid could not see otherwise who registers as its prompter. Only from connecting to the answer of
 * RegisterPrompter; then _hide() again. What others open meanwhile stays open (SECURITY.md).
 * FALSE, and nothing is shown, while a secret is in memory. */
gboolean pf_process_guard_show(void);
void pf_process_guard_hide(void);

/* From _hold() to _release() a secret is in memory: what is shown is hidden at once. They count. */
void pf_process_guard_hold(void);
void pf_process_guard_release(void);

/* FUNC is called when the first hold begins (IS_HELD) and when the last one has ended; NULL for no
 * longer. There is one. */
void pf_process_guard_watch(void (*func)(gboolean is_held, gpointer user_data), gpointer user_data);
