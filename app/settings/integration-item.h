/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A program that can use Pinfold's module, as `pinfoldctl register --json` tells of it. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define PF_TYPE_INTEGRATION_ITEM (pf_integration_item_get_type())
G_DECLARE_FINAL_TYPE(PfIntegrationItem, pf_integration_item, PF, INTEGRATION_ITEM, GObject)

/* PROGRAM is an entry of the answer; NULL for one that has no name. The caller owns it. */
PfIntegrationItem *pf_integration_item_new(JsonObject *program);

/* PROGRAM is a later answer about the same one. Signal "changed" follows, unless nothing has. */
void pf_integration_item_update(PfIntegrationItem *self, JsonObject *program);

/* Borrowed, until the next update. */
const char *pf_integration_item_get_name(PfIntegrationItem *self);
const char *pf_integration_item_get_title(PfIntegrationItem *self);

/* Does it use Pinfold wherever it was found? */
gboolean pf_integration_item_is_on(PfIntegrationItem *self);

/* Was it found? */
gboolean pf_integration_item_is_found(PfIntegrationItem *self);

/* Are other modules registered that bring the same tokens? */
gboolean pf_integration_item_has_doubles(PfIntegrationItem *self);

/* Its state in a line, and what else there is to say in lines, or NULL; the caller's. */
char *pf_integration_item_dup_state(PfIntegrationItem *self);
char *pf_integration_item_dup_detail(PfIntegrationItem *self);

/* What went wrong when it was changed, in lines; NULL: nothing. The caller's. */
char *pf_integration_item_dup_error(PfIntegrationItem *self);
