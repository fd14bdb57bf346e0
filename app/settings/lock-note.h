/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Why a setting cannot be changed. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_LOCK_NOTE (pf_lock_note_get_type())
G_DECLARE_FINAL_TYPE(PfLockNote, pf_lock_note, PF, LOCK_NOTE, GtkBox)

/* Shows itself while KEY is not writable, and says who has fixed it. Once for a note. */
void pf_lock_note_watch(PfLockNote *self, PfSettingsView *view, const char *key);

/* Shows itself with this text from now on. */
void pf_lock_note_set_text(PfLockNote *self, const char *text);

/* "Set by the administrator in FILE", the caller's. */
char *pf_lock_note_dup_words(const char *file);
