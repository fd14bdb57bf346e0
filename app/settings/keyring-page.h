/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings for the person's keyring: whether it is used, and what is in it. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_KEYRING_PAGE (pf_keyring_page_get_type())
G_DECLARE_FINAL_TYPE(PfKeyringPage, pf_keyring_page, PF, KEYRING_PAGE, GtkBox)

/* Shows and changes the key `allow-keyring` of VIEW, and what the agent on CONNECTION (NULL:
 * there is none) finds in the keyring, from now on. Once. */
void pf_keyring_page_bind(PfKeyringPage *self, PfSettingsView *view, GDBusConnection *connection);
