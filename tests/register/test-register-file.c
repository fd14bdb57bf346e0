/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests that a file is replaced as it was read, and not as somebody has written it since. */
#include "register-file.h"

#include <glib/gstdio.h>

typedef struct {
    char *folder;
    char *path;
} Bed;

static void
set_up(Bed *bed, gconstpointer data)
{
    bed->folder = g_dir_make_tmp("pf-XXXXXX", NULL);
    g_assert_nonnull(bed->folder);
    bed->path = g_build_filename(bed->folder, "list", NULL);
}

static void
tear_down(Bed *bed, gconstpointer data)
{
    g_unlink(bed->path);
    g_assert_cmpint(g_rmdir(bed->folder), ==, 0);
    g_free(bed->path);
    g_free(bed->folder);
}

static void
save(const Bed *bed, const char *text)
{
    g_assert_true(g_file_set_contents(bed->path, text, -1, NULL));
}

static void
assert_text(const Bed *bed, const char *text)
{
    g_autofree char *now = NULL;
    g_assert_true(g_file_get_contents(bed->path, &now, NULL, NULL));
    g_assert_cmpstr(now, ==, text);
}

static PfRegisterFile *
read_file(const Bed *bed)
{
    PfRegisterFile *file = pf_register_file_read(bed->path, NULL);
    g_assert_nonnull(file);
    return file;
}

static void
assert_not_written(const Bed *bed, PfRegisterFile *file, const char *text)
{
    g_autoptr(GBytes) ours = g_bytes_new_static("ours", 4);
    g_autoptr(GError) error = NULL;
    g_assert_false(pf_register_file_write(file, ours, 0600, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_false(pf_register_file_remove(file, &error));
    g_assert_nonnull(error);
    assert_text(bed, text);
}

static void
test_write(Bed *bed, gconstpointer data)
{
    g_autoptr(GBytes) ours = g_bytes_new_static("ours", 4);
    g_autoptr(PfRegisterFile) file = read_file(bed);
    g_assert_null(file->content);
    g_assert_true(pf_register_file_write(file, ours, 0640, NULL));
    assert_text(bed, "ours");
    g_autoptr(GBytes) more = g_bytes_new_static("more", 4);
    g_assert_true(pf_register_file_write(file, more, 0600, NULL));
    assert_text(bed, "more");
    GStatBuf st;
    g_assert_cmpint(g_stat(bed->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0640);
    g_assert_true(pf_register_file_remove(file, NULL));
    g_assert_false(g_file_test(bed->path, G_FILE_TEST_EXISTS));
}

/* At once: the file's time may be the same as before. */
static void
test_changed_meanwhile(Bed *bed, gconstpointer data)
{
    for (guint i = 0; i < 100; i++) {
        save(bed, "mine");
        g_autoptr(PfRegisterFile) file = read_file(bed);
        FILE *stream = g_fopen(bed->path, "r+e");
        g_assert_cmpint(fputs("your", stream), >=, 0);
        g_assert_cmpint(fclose(stream), ==, 0);
        assert_not_written(bed, file, "your");
    }
}

static void
test_new_meanwhile(Bed *bed, gconstpointer data)
{
    g_autoptr(PfRegisterFile) file = read_file(bed);
    save(bed, "");
    assert_not_written(bed, file, "");
}

static void
test_gone_meanwhile(Bed *bed, gconstpointer data)
{
    save(bed, "mine");
    g_autoptr(PfRegisterFile) file = read_file(bed);
    g_autoptr(GBytes) ours = g_bytes_new_static("ours", 4);
    g_unlink(bed->path);
    g_assert_false(pf_register_file_write(file, ours, 0600, NULL));
    g_assert_false(g_file_test(bed->path, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/register-file/" name, Bed, NULL, set_up, function, tear_down)
    ADD("write", test_write);
    ADD("changed-meanwhile", test_changed_meanwhile);
    ADD("new-meanwhile", test_new_meanwhile);
    ADD("gone-meanwhile", test_gone_meanwhile);
    return g_test_run();
}
