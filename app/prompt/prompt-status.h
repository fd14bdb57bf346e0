/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The line of a dialog that says how things stand: tries, errors, work in progress, Caps Lock. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"

#define PF_TYPE_PROMPT_STATUS (pf_prompt_status_get_type())
G_DECLARE_FINAL_TYPE(PfPromptStatus, pf_prompt_status, PF, PROMPT_STATUS, GtkBox)

/* Shows TEXT, which is plain; NULL is nothing. No work is in progress any more. */
void pf_prompt_status_show(PfPromptStatus *self, PfPinTone tone, const char *text);

/* Shows TEXT beside a sign that work is in progress. */
void pf_prompt_status_show_work(PfPromptStatus *self, const char *text);

/* The same, with a bar for as much of it as is done; TOTAL 0: nobody knows how much there is. */
void pf_prompt_status_show_progress(PfPromptStatus *self, const char *text, guint done,
                                    guint total);

/* A screen reader says the line as the description of WIDGET, which has the focus. */
void pf_prompt_status_describe(PfPromptStatus *self, GtkWidget *widget);

/* Says from now on when Caps Lock is on. */
void pf_prompt_status_watch_caps_lock(PfPromptStatus *self);
