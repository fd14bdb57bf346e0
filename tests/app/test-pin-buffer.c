/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What an entry does with its text, done to a PfPinBuffer and to GTK's own at once. */
#include "pin-buffer.h"

#include <string.h>
#include <sys/prctl.h>

#include "process-guard.h"
#include "secret.h"

/* An edit: the text that is put, or NULL and how many characters go. */
typedef struct {
    guint position;
    const char *put;
    guint count;
} Edit;

static const Edit edits[] = {
    {0, "73914682", 0}, {8, "é€", 0}, {9, NULL, 1},  {0, NULL, 3},         {2, "ü", 0},
    {99, NULL, 1},      {1, "", 0},   {6, NULL, 99}, {0, NULL, G_MAXUINT}, {0, "12", 0},
};

static void
on_inserted_text(GtkEntryBuffer *buffer, guint position, const char *chars, guint n_chars,
                 GString *log)
{
    g_string_append_printf(log, "+%u %.*s %u;", position, (int)strlen(chars), chars, n_chars);
}

static void
on_deleted_text(GtkEntryBuffer *buffer, guint position, guint n_chars, GString *log)
{
    g_string_append_printf(log, "-%u %u;", position, n_chars);
}

static void
watch(GtkEntryBuffer *buffer, GString *log)
{
    g_signal_connect(buffer, "inserted-text", G_CALLBACK(on_inserted_text), log);
    g_signal_connect(buffer, "deleted-text", G_CALLBACK(on_deleted_text), log);
}

static guint
apply(GtkEntryBuffer *buffer, const Edit *edit)
{
    if (edit->put != NULL)
        return gtk_entry_buffer_insert_text(buffer, edit->position, edit->put, -1);
    return gtk_entry_buffer_delete_text(buffer, edit->position, (int)edit->count);
}

static void
test_as_gtk(void)
{
    g_autoptr(GtkEntryBuffer) ours = pf_pin_buffer_new();
    g_autoptr(GtkEntryBuffer) gtks = gtk_entry_buffer_new(NULL, 0);
    g_autoptr(GString) our_log = g_string_new(NULL);
    g_autoptr(GString) gtk_log = g_string_new(NULL);
    watch(ours, our_log);
    watch(gtks, gtk_log);
    for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
        g_assert_cmpuint(apply(ours, &edits[i]), ==, apply(gtks, &edits[i]));
        g_assert_cmpstr(gtk_entry_buffer_get_text(ours), ==, gtk_entry_buffer_get_text(gtks));
        g_assert_cmpuint(gtk_entry_buffer_get_length(ours), ==, gtk_entry_buffer_get_length(gtks));
        g_assert_cmpuint(gtk_entry_buffer_get_bytes(ours), ==, gtk_entry_buffer_get_bytes(gtks));
        g_assert_cmpstr(our_log->str, ==, gtk_log->str);
    }
    gtk_entry_buffer_set_text(ours, "", -1);
    g_assert_cmpstr(gtk_entry_buffer_get_text(ours), ==, "");
}

static void
test_own_text(void)
{
    g_autoptr(GtkEntryBuffer) buffer = pf_pin_buffer_new();
    gtk_entry_buffer_set_text(buffer, "1234", -1);
    gtk_entry_buffer_insert_text(buffer, 2, gtk_entry_buffer_get_text(buffer), 3);
    g_assert_cmpstr(gtk_entry_buffer_get_text(buffer), ==, "1212334");
}

static void
test_limit(void)
{
    g_autoptr(GtkEntryBuffer) buffer = pf_pin_buffer_new();
    g_autofree char *most = g_strnfill(PF_SECRET_MAX, 'x');
    g_assert_cmpuint(gtk_entry_buffer_insert_text(buffer, 0, most, -1), ==, PF_SECRET_MAX);
    g_assert_cmpuint(gtk_entry_buffer_insert_text(buffer, 0, "y", -1), ==, 0);
    g_assert_cmpstr(gtk_entry_buffer_get_text(buffer), ==, most);
}

static gboolean
is_zero(const char *bytes, gsize len)
{
    for (gsize i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return FALSE;
    }
    return TRUE;
}

/* Nothing of it stays where it was: what is freed stays mapped until a third page is. */
static void
test_wiped(void)
{
    g_autoptr(GtkEntryBuffer) buffer = pf_pin_buffer_new();
    gtk_entry_buffer_set_text(buffer, "73914682", -1);
    const char *before = gtk_entry_buffer_get_text(buffer);
    gtk_entry_buffer_delete_text(buffer, 4, 2);
    const char *after = gtk_entry_buffer_get_text(buffer);
    g_assert_true(before != after && is_zero(before, 8));
    g_assert_cmpstr(after, ==, "739182");
    gtk_entry_buffer_set_text(buffer, "", -1);
    g_assert_true(is_zero(after, 8));
    pf_secret_release_kept();
}

static void
on_guard_changed(gboolean is_held, gpointer data)
{
    g_string_append(data, is_held ? "held;" : "free;");
}

static void
assert_is_open(gboolean can_be)
{
    g_assert_cmpint(pf_process_guard_show(), ==, can_be);
    g_assert_cmpint(prctl(PR_GET_DUMPABLE), ==, can_be);
}

/* Nobody can look into the process while something is typed into any of them. */
static void
test_guards(void)
{
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GtkEntryBuffer) buffer = pf_pin_buffer_new();
    GtkEntryBuffer *other = pf_pin_buffer_new();
    pf_process_guard_watch(on_guard_changed, log);
    assert_is_open(TRUE);
    gtk_entry_buffer_set_text(buffer, "7", -1);
    g_assert_cmpint(prctl(PR_GET_DUMPABLE), ==, 0);
    gtk_entry_buffer_insert_text(buffer, 1, "39", -1);
    gtk_entry_buffer_set_text(other, "14682", -1);
    gtk_entry_buffer_delete_text(buffer, 0, -1);
    assert_is_open(FALSE);
    g_object_unref(other);
    assert_is_open(TRUE);
    g_assert_cmpstr(log->str, ==, "held;free;");
    pf_process_guard_watch(NULL, NULL);
    gtk_entry_buffer_set_text(buffer, "7", -1);
    gtk_entry_buffer_set_text(buffer, "", -1);
    g_assert_cmpstr(log->str, ==, "held;free;");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pin-buffer/as-gtk", test_as_gtk);
    g_test_add_func("/pin-buffer/own-text", test_own_text);
    g_test_add_func("/pin-buffer/limit", test_limit);
    g_test_add_func("/pin-buffer/wiped", test_wiped);
    g_test_add_func("/pin-buffer/guards", test_guards);
    return g_test_run();
}
