/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings for groups: which programs share logins. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"
#include "settings-view.h"

#define PF_TYPE_GROUPS_PAGE (pf_groups_page_get_type())
G_DECLARE_FINAL_TYPE(PfGroupsPage, pf_groups_page, PF, GROUPS_PAGE, GtkBox)

/* Shows and changes the keys `groups` and `share-by-default` of VIEW from now on; programs that
 * are connected come from MODEL. Once. */
void pf_groups_page_bind(PfGroupsPage *self, PfSettingsView *view, PfAgentModel *model);
