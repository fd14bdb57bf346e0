/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which of several readings of the files counts: they end in the order that the test wants. */
#include "module-store.h"

#define MOST 4

/* In the place of those of module-setup.c. */
// NOLINTBEGIN(bugprone-reserved-identifier): the linker gives them these names
void __wrap_pf_module_setup_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
PfModuleSetup *__wrap_pf_module_setup_load_finish(GAsyncResult *result);
void __wrap_pf_module_setup_save_async(const PfModuleSetup *setup, const GPtrArray *entries,
                                       GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean __wrap_pf_module_setup_save_finish(GAsyncResult *result, GError **error);
// NOLINTEND(bugprone-reserved-identifier)

static GTask *readings[MOST];
static guint count;
static GTask *writing;

void
__wrap_pf_module_setup_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    g_assert_cmpuint(count, <, MOST);
    readings[count++] = g_task_new(NULL, cancellable, callback, user_data);
}

PfModuleSetup *
__wrap_pf_module_setup_load_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}

void
__wrap_pf_module_setup_save_async(const PfModuleSetup *setup, const GPtrArray *entries,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
    writing = g_task_new(NULL, cancellable, callback, user_data);
}

gboolean
__wrap_pf_module_setup_save_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
run_loop(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* The reading of that number, from 0, has found TEXT. */
static void
end_reading(guint number, const char *text)
{
    PfModuleSetup *setup = g_new0(PfModuleSetup, 1);
    setup->effective = pf_config_load();
    setup->text = g_strdup(text);
    setup->entries = g_ptr_array_new();
    setup->problems = g_ptr_array_new();
    g_task_return_pointer(readings[number], setup, (GDestroyNotify)(void *)pf_module_setup_free);
    run_loop();
    g_clear_object(&readings[number]);
}

static void
end_writing(void)
{
    g_task_return_boolean(writing, TRUE);
    run_loop();
    g_clear_object(&writing);
}

static const char *
get_text(PfModuleStore *store)
{
    const PfModuleSetup *setup = pf_module_store_get_setup(store);
    return setup != NULL ? setup->text : NULL;
}

static PfModuleStore *
make_store(void)
{
    count = 0;
    return pf_module_store_new();
}

static void
on_saved(GObject *source, GAsyncResult *result, gpointer user_data)
{
    gboolean *is_saved = user_data;
    *is_saved = pf_module_store_save_finish(result, NULL);
}

static void
on_changed(PfModuleStore *store, guint *changes)
{
    (*changes)++;
}

static void
test_older_reading_ends_later(void)
{
    g_autoptr(PfModuleStore) store = make_store();
    guint changes = 0;
    g_signal_connect(store, "changed", G_CALLBACK(on_changed), &changes);
    pf_module_store_reload(store);
    pf_module_store_reload(store);
    end_reading(1, "new");
    end_reading(0, "old");
    g_assert_cmpstr(get_text(store), ==, "new");
    g_assert_cmpuint(changes, ==, 1);
    pf_module_store_reload(store);
    end_reading(2, "newer");
    g_assert_cmpstr(get_text(store), ==, "newer");
    g_assert_cmpuint(changes, ==, 2);
}

static void
test_reading_of_before_the_writing(void)
{
    g_autoptr(PfModuleStore) store = make_store();
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    gboolean is_saved = FALSE;
    g_assert_false(pf_module_store_can_change(store));
    pf_module_store_reload(store);
    end_reading(0, "first");
    g_assert_true(pf_module_store_can_change(store));
    pf_module_store_reload(store);
    pf_module_store_save_async(store, entries, NULL, on_saved, &is_saved);
    pf_module_store_reload(store);
    g_assert_cmpuint(count, ==, 2);
    end_reading(1, "before");
    g_assert_cmpstr(get_text(store), ==, "first");
    g_assert_false(pf_module_store_can_change(store));
    end_writing();
    g_assert_true(is_saved);
    g_assert_false(pf_module_store_can_change(store));
    end_reading(2, "after");
    g_assert_cmpstr(get_text(store), ==, "after");
    g_assert_true(pf_module_store_can_change(store));
}

static void
test_gone_before_the_end(void)
{
    PfModuleStore *store = make_store();
    pf_module_store_reload(store);
    g_object_add_weak_pointer(G_OBJECT(store), (gpointer *)&store);
    g_object_unref(store);
    end_reading(0, "late");
    g_assert_null(store);
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_unsetenv("PINFOLD_CONF");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/module-store/older-reading-ends-later", test_older_reading_ends_later);
    g_test_add_func("/module-store/reading-of-before-the-writing",
                    test_reading_of_before_the_writing);
    g_test_add_func("/module-store/gone-before-the-end", test_gone_before_the_end);
    return g_test_run();
}
