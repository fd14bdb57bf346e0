/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings for sharing: when the person is asked, and what was answered. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_PERMISSIONS_PAGE (pf_permissions_page_get_type())
G_DECLARE_FINAL_TYPE(PfPermissionsPage, pf_permissions_page, PF, PERMISSIONS_PAGE, GtkBox)

/* Shows and changes the key `sharing` of VIEW, and the decisions of the agent on CONNECTION
 * (NULL: there is none), from now on. Once. */
void pf_permissions_page_bind(PfPermissionsPage *self, PfSettingsView *view,
                              GDBusConnection *connection);
