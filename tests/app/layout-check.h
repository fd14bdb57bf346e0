/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Layout check: what is wrong with the windows of this program, and what the keyboard can do. */
#pragma once

#include <gtk/gtk.h>

/* Of each window that shows, in lines of words with tabs between them:
 *     seen COUNT           of widgets
 *     window ACTIVE TITLE  ACTIVE is 1 of the one with the keyboard
 *     control ID GROUP ROLE NAME what can have the focus in the active window; equals among which
 *                          the arrow keys go have a group, others 0
 *     focus ID             what has it
 *     object CAN_FOCUS ROLE NAME  what screen readers know of the active window
 *     default NAME         what Enter presses in the active window
 *     label TEXT
 *     fault TEXT
 * Without IS_CHECK, which takes its time, there are no objects, and none of the faults in sizes and
 * places. The caller owns it. Main thread. */
char *pf_layout_check_dup_report(gboolean is_check);

/* What has the keyboard's focus, as in the report; 0: nothing. */
guint64 pf_layout_check_get_focus(void);

/* As screen readers say it: of some dialogs it is not what is in the title bar. Borrowed. */
const char *pf_layout_check_get_title(GtkWindow *window);

/* The window that has the keyboard, or NULL. Borrowed. */
GtkWindow *pf_layout_check_get_active(void);
