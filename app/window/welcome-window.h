/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The first run's one page: what Pinfold does, the tokens found, and what to do next. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"

#define PF_TYPE_WELCOME_WINDOW (pf_welcome_window_get_type())
G_DECLARE_FINAL_TYPE(PfWelcomeWindow, pf_welcome_window, PF, WELCOME_WINDOW, GtkWindow)

#define PF_WELCOME_MARKER "welcome-shown"

/* In front of PARENT, a window of its application; offers those of app.use-with and
 * app.create-token that the application has. The window destroys itself when it is closed. */
PfWelcomeWindow *pf_welcome_window_new(GtkWindow *parent, PfAgentModel *model);
