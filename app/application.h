/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app as a whole: one instance, its actions, tray, window and prompter. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_APPLICATION (pf_application_get_type())
G_DECLARE_FINAL_TYPE(PfApplication, pf_application, PF, APPLICATION, GtkApplication)

/* Runs until the action "quit", windows or not: the agent may need the prompter at any time.
 * Activating it shows the window. */
PfApplication *pf_application_new(void);
