/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests that the socket's place is taken again whenever its folder is removed. */
#include "socket-place.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct {
    char *runtime;
    char *folder;
    guint moves;
    guint removals; /* of the folder by on_moved(), still to be made */
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    f->runtime = g_dir_make_tmp("place-XXXXXX", NULL);
    g_assert_nonnull(f->runtime);
    f->folder = g_build_filename(f->runtime, "pinfold", NULL);
    g_setenv("XDG_RUNTIME_DIR", f->runtime, TRUE);
}

static void
remove_folder(Fixture *f)
{
    g_autofree char *socket = g_build_filename(f->folder, "agent", NULL);
    g_autofree char *lock = g_strconcat(socket, ".lock", NULL);
    g_assert_cmpint(g_unlink(socket), ==, 0);
    g_assert_cmpint(g_unlink(lock), ==, 0);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    g_autofree char *lock = g_build_filename(f->folder, "agent.lock", NULL);
    g_unlink(lock);
    g_rmdir(f->folder);
    g_assert_cmpint(g_rmdir(f->runtime), ==, 0);
    g_free(f->folder);
    g_free(f->runtime);
}

/* Called when the place listens again and does not watch its folder yet. */
static void
on_moved(int fd, gpointer user_data)
{
    Fixture *f = user_data;
    g_assert_cmpint(fd, >=, 0);
    f->moves++;
    if (f->removals > 0) {
        f->removals--;
        remove_folder(f);
    }
}

static gboolean
on_deadline(gpointer user_data)
{
    gboolean *is_late = user_data;
    *is_late = TRUE;
    return G_SOURCE_REMOVE;
}

static void
assert_taken_again(Fixture *f, guint removals)
{
    PfSocketPlace *place = NULL;
    g_autoptr(GError) error = NULL;
    PfSocketPlaceStart start = pf_socket_place_new(on_moved, f, &place, &error);
    g_assert_no_error(error);
    g_assert_cmpint(start, ==, PF_SOCKET_PLACE_OURS);
    f->removals = removals;
    remove_folder(f);
    gboolean is_late = FALSE;
    guint deadline = g_timeout_add_seconds(20, on_deadline, &is_late);
    while (f->moves < removals + 1 && !is_late)
        g_main_context_iteration(NULL, TRUE);
    g_assert_false(is_late);
    g_source_remove(deadline);
    g_autofree char *socket = g_build_filename(f->folder, "agent", NULL);
    g_assert_true(g_file_test(socket, G_FILE_TEST_EXISTS));
    pf_socket_place_free(place);
    g_assert_false(g_file_test(socket, G_FILE_TEST_EXISTS));
}

static void
test_removed(Fixture *f, gconstpointer unused)
{
    assert_taken_again(f, 0);
    g_assert_cmpuint(f->moves, ==, 1);
}

static void
test_removed_before_it_is_watched(Fixture *f, gconstpointer unused)
{
    assert_taken_again(f, 1);
}

/* What another user may look into is closed to him; what he may have changed is not used. */
static void
test_open_folder(Fixture *f, gconstpointer unused)
{
    struct stat st;
    PfSocketPlace *place = NULL;
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    g_assert_cmpint(g_chmod(f->folder, 0755), ==, 0);
    g_assert_cmpint(pf_socket_place_new(on_moved, f, &place, NULL), ==, PF_SOCKET_PLACE_OURS);
    g_assert_cmpint(stat(f->folder, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0700);
    pf_socket_place_free(place);
}

static void
test_writable_folder(Fixture *f, gconstpointer unused)
{
    struct stat st;
    PfSocketPlace *place = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_mkdir_with_parents(f->folder, 0700), ==, 0);
    g_assert_cmpint(g_chmod(f->folder, 0770), ==, 0);
    g_assert_cmpint(pf_socket_place_new(on_moved, f, &place, &error), ==, PF_SOCKET_PLACE_FAILED);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    g_assert_cmpint(stat(f->folder, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0770);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/socket-place/removed", Fixture, NULL, set_up, test_removed, tear_down);
    g_test_add("/socket-place/removed-before-it-is-watched", Fixture, NULL, set_up,
               test_removed_before_it_is_watched, tear_down);
    g_test_add("/socket-place/open-folder", Fixture, NULL, set_up, test_open_folder, tear_down);
    g_test_add("/socket-place/writable-folder", Fixture, NULL, set_up, test_writable_folder,
               tear_down);
    return g_test_run();
}
