/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModuleStore: a reading that another one follows, or that began before the file was written, is
 * dropped when it ends. */
#include "module-store.h"

struct _PfModuleStore {
    GObject parent_instance;
    PfModuleSetup *setup;  /* NULL: not read yet */
    GCancellable *reading; /* the last one; NULL: none */
    gboolean is_saving;
    gboolean is_outdated; /* was written, and not read since then */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE(PfModuleStore, pf_module_store, G_TYPE_OBJECT)

static void
drop_reading(PfModuleStore *self)
{
    g_cancellable_cancel(self->reading);
    g_clear_object(&self->reading);
}

static void
on_setup_loaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfModuleStore) self = user_data;
    PfModuleSetup *setup = pf_module_setup_load_finish(result);
    if (setup == NULL)
        return;
    g_clear_object(&self->reading);
    pf_module_setup_free(self->setup);
    self->setup = setup;
    self->is_outdated = FALSE;
    g_signal_emit(self, changed_signal, 0);
}

void
pf_module_store_reload(PfModuleStore *self)
{
    if (self->is_saving) /* it is read afterwards */
        return;
    drop_reading(self);
    self->reading = g_cancellable_new();
    pf_module_setup_load_async(self->reading, on_setup_loaded, g_object_ref(self));
}

const PfModuleSetup *
pf_module_store_get_setup(PfModuleStore *self)
{
    return self->setup;
}

gboolean
pf_module_store_can_change(PfModuleStore *self)
{
    return self->setup != NULL && !self->is_saving && !self->is_outdated &&
           pf_module_setup_is_writable(self->setup);
}

static void
on_setup_saved(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    PfModuleStore *self = g_task_get_source_object(task);
    GError *error = NULL;
    gboolean ok = pf_module_setup_save_finish(result, &error);
    self->is_saving = FALSE;
    self->is_outdated = TRUE;
    pf_module_store_reload(self);
    if (ok)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void
pf_module_store_save_async(PfModuleStore *self, const GPtrArray *entries, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    g_task_set_source_tag(task, pf_module_store_save_async);
    drop_reading(self);
    self->is_saving = TRUE;
    pf_module_setup_save_async(self->setup, entries, cancellable, on_setup_saved, task);
    g_signal_emit(self, changed_signal, 0);
}

gboolean
pf_module_store_save_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

PfModuleStore *
pf_module_store_new(void)
{
    return g_object_new(PF_TYPE_MODULE_STORE, NULL);
}

static void
finalize(GObject *object)
{
    PfModuleStore *self = PF_MODULE_STORE(object);
    pf_module_setup_free(self->setup);
    g_clear_object(&self->reading);
    G_OBJECT_CLASS(pf_module_store_parent_class)->finalize(object);
}

static void
pf_module_store_class_init(PfModuleStoreClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", PF_TYPE_MODULE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
pf_module_store_init(PfModuleStore *self)
{
}
