/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A PKCS#11 module of the configuration, as the settings list it. */
#pragma once

#include <gio/gio.h>

#include "module-setup.h"

#define PF_TYPE_MODULE_ITEM (pf_module_item_get_type())
G_DECLARE_FINAL_TYPE(PfModuleItem, pf_module_item, PF, MODULE_ITEM, GObject)

typedef enum {
    PF_MODULE_ACT_NONE,
    PF_MODULE_ACT_REMOVE,     /* the person's own: its line goes */
    PF_MODULE_ACT_SWITCH_OFF, /* somebody else's: a line removes it */
    PF_MODULE_ACT_SWITCH_ON,  /* that line goes, or names it */
} PfModuleAct;

/* The modules that SETUP names, in the order in which programs see them, then those that the person
 * has switched off; REPORTS is `modules` of GetStatus (NULL: the agent is not there). The caller's,
 * of PfModuleItem. */
GPtrArray *pf_module_item_list(const PfModuleSetup *setup, GVariant *reports);

/* Borrowed. */
const char *pf_module_item_get_name(PfModuleItem *self);
const char *pf_module_item_get_path(PfModuleItem *self);
/* Whether it works, and where it comes from, in words. */
const char *pf_module_item_get_state(PfModuleItem *self);
const char *pf_module_item_get_origin(PfModuleItem *self);

gboolean pf_module_item_is_faulty(PfModuleItem *self);

/* What the person can do with it. */
PfModuleAct pf_module_item_get_act(PfModuleItem *self);
gboolean pf_module_item_can_move_up(PfModuleItem *self);
gboolean pf_module_item_can_move_down(PfModuleItem *self);

/* Do both say the same? A GEqualFunc of PfModuleItem. */
gboolean pf_module_item_is_equal(gconstpointer a, gconstpointer b);
