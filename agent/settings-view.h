/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsView: the settings org.pinfold as the administrator lets them be. For agent, app and
 * pinfoldctl, so that all three see the same.
 *
 * A setting that the system's pinfold.conf names in `lock` has its default, whatever the person's
 * own value is, and nobody can write it. Main thread only. */
#pragma once

#include <gio/gio.h>

#include "config.h"

#define PF_TYPE_SETTINGS_VIEW (pf_settings_view_get_type())
G_DECLARE_FINAL_TYPE(PfSettingsView, pf_settings_view, PF, SETTINGS_VIEW, GObject)

/* CONFIG says what is locked (NULL: nothing is), and is not needed afterwards. Returns NULL where
 * the schema is not installed. */
PfSettingsView *pf_settings_view_new(const PfConfig *config);

/* What KEY is to be read from, bound to, and written to; of a locked key all of it shows the
 * default and that it is not writable. Borrowed. */
GSettings *pf_settings_view_get_for(PfSettingsView *self, const char *key);

/* The path of the pinfold.conf that locks KEY; NULL: it does not. What else makes a key unwritable,
 * GSettings says. Borrowed. */
const char *pf_settings_view_get_locking_file(PfSettingsView *self, const char *key);

/* The person's own, for the signal "changed"; of a locked key it tells nothing. Borrowed. */
GSettings *pf_settings_view_get_own(PfSettingsView *self);
