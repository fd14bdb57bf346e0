/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfImportFile: a file of this machine, one that has no path here, and those that are refused.
 * What has no path is a resource, which GIO reads from a directory. */
#include "import-file.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tokens-pkcs12.h"

#define REMOTE "resource:///org/pinfold/test/"

static char *directory;

static void
on_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static int
open_uri(const char *uri, GCancellable *cancellable, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_uri(uri);
    g_autoptr(GAsyncResult) result = NULL;
    pf_import_file_open_async(file, cancellable, on_opened, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return pf_import_file_open_finish(result, error);
}

static void
make_file(const char *name, gsize size)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *text = g_malloc0(size + 1);
    memset(text, 'x', size);
    g_assert_true(g_file_set_contents(path, text, (gssize)size, NULL));
}

static void
assert_size(const char *uri, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_malloc(size + 2);
    int fd = open_uri(uri, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pread(fd, data, size + 2, 0), ==, (gssize)size);
    g_assert_true(size == 0 || (data[0] == 'x' && data[size - 1] == 'x'));
    close(fd);
}

static void
test_here(void)
{
    g_autofree char *uri = g_strconcat("file://", directory, "/small", NULL);
    make_file("small", 1000);
    assert_size(uri, 1000);
}

static void
test_without_a_path(void)
{
    make_file("small", 1000);
    make_file("empty", 0);
    make_file("full", PF_TOKENS_PKCS12_SIZE_MAX);
    assert_size(REMOTE "small", 1000);
    assert_size(REMOTE "empty", 0);
    assert_size(REMOTE "full", PF_TOKENS_PKCS12_SIZE_MAX);
}

static void
test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    make_file("large", PF_TOKENS_PKCS12_SIZE_MAX + 1);
    g_assert_cmpint(open_uri(REMOTE "large", NULL, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
    g_assert_cmpstr(error->message, ==, "The file is too large to hold keys and certificates.");
}

static void
test_missing(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(open_uri(REMOTE "nothing", NULL, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_cancelled(void)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    make_file("small", 1000);
    g_cancellable_cancel(cancellable);
    g_assert_cmpint(open_uri(REMOTE "small", cancellable, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
remove_files(void)
{
    static const char *const names[] = {"small", "empty", "full", "large"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    directory = g_dir_make_tmp("pinfold-test-XXXXXX", NULL);
    g_autofree char *overlay = g_strconcat("/org/pinfold/test=", directory, NULL);
    g_setenv("G_RESOURCE_OVERLAYS", overlay, TRUE);
    g_test_add_func("/import-file/here", test_here);
    g_test_add_func("/import-file/without-a-path", test_without_a_path);
    g_test_add_func("/import-file/too-large", test_too_large);
    g_test_add_func("/import-file/missing", test_missing);
    g_test_add_func("/import-file/cancelled", test_cancelled);
    int failed = g_test_run();
    remove_files();
    g_free(directory);
    return failed;
}
