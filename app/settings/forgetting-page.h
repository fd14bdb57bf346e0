/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings that says when PINs are forgotten. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_FORGETTING_PAGE (pf_forgetting_page_get_type())
G_DECLARE_FINAL_TYPE(PfForgettingPage, pf_forgetting_page, PF, FORGETTING_PAGE, GtkBox)

void pf_forgetting_page_bind(PfForgettingPage *self, PfSettingsView *view);
