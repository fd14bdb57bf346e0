/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings with the PKCS#11 modules that Pinfold stands in front of. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"

#define PF_TYPE_MODULES_PAGE (pf_modules_page_get_type())
G_DECLARE_FINAL_TYPE(PfModulesPage, pf_modules_page, PF, MODULES_PAGE, GtkBox)

/* Shows what the configuration files say, and changes the person's own; MODEL knows which modules
 * work. Once. */
void pf_modules_page_bind(PfModulesPage *self, PfAgentModel *model);

/* Reads the files again: somebody else may have changed them. */
void pf_modules_page_reload(PfModulesPage *self);
