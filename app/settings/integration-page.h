/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings with the programs that can use Pinfold's module. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_INTEGRATION_PAGE (pf_integration_page_get_type())
G_DECLARE_FINAL_TYPE(PfIntegrationPage, pf_integration_page, PF, INTEGRATION_PAGE, GtkBox)

/* Looks at the programs, the first time and again: they, or somebody else, may have changed their
 * lists. */
void pf_integration_page_reload(PfIntegrationPage *self);
