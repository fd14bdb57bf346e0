/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The PKCS#11 modules as the configuration files have them: read again when somebody may have
 * changed them, and after each change of the person's own file. */
#pragma once

#include "module-setup.h"

#define PF_TYPE_MODULE_STORE (pf_module_store_get_type())
G_DECLARE_FINAL_TYPE(PfModuleStore, pf_module_store, PF, MODULE_STORE, GObject)

/* The caller's. Signal: "changed" when the functions below tell something else. Main thread. */
PfModuleStore *pf_module_store_new(void);

/* Reads the files. Of several readings only the last counts, in whatever order they end. */
void pf_module_store_reload(PfModuleStore *self);

/* What was read last; NULL: nothing yet. Borrowed until "changed". */
const PfModuleSetup *pf_module_store_get_setup(PfModuleStore *self);

/* Can the person's file be changed now? Not while it is written, nor before it was read again then.
 */
gboolean pf_module_store_can_change(PfModuleStore *self);

/* Writes ENTRIES, as pf_module_setup_save_async() does; only where pf_module_store_can_change(). */
void pf_module_store_save_async(PfModuleStore *self, const GPtrArray *entries,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean pf_module_store_save_finish(GAsyncResult *result, GError **error);
