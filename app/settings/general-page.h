/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The first page of the settings: what is cached, who asks, and when Pinfold starts. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_GENERAL_PAGE (pf_general_page_get_type())
G_DECLARE_FINAL_TYPE(PfGeneralPage, pf_general_page, PF, GENERAL_PAGE, GtkBox)

/* CONFIG says whether caching is switched off for good; it is not needed afterwards. */
void pf_general_page_bind(PfGeneralPage *self, PfSettingsView *view, const PfConfig *config);
