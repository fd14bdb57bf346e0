/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests Flatpak's info file: an ID where it is one, and no waiting for what is no file. */
#include "flatpak-info.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *folder;
    char *path;
} Place;

static void
set_up(Place *place, gconstpointer unused)
{
    place->folder = g_dir_make_tmp("pf-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, ".flatpak-info", NULL);
}

static void
tear_down(Place *place, gconstpointer unused)
{
    g_remove(place->path);
    g_rmdir(place->folder);
    g_free(place->path);
    g_free(place->folder);
}

static void
test_file(Place *place, gconstpointer unused)
{
    const char *text = "[Application]\nname=org.example.Mail\nruntime=x\n";
    g_assert_true(g_file_set_contents(place->path, text, -1, NULL));
    g_autofree char *id = pf_flatpak_info_dup_id(place->path);
    g_assert_cmpstr(id, ==, "org.example.Mail");
}

static void
test_no_file(Place *place, gconstpointer unused)
{
    g_assert_null(pf_flatpak_info_dup_id(place->path));
    g_assert_null(pf_flatpak_info_dup_id(place->folder));
    g_assert_cmpint(symlink("/dev/zero", place->path), ==, 0);
    g_assert_null(pf_flatpak_info_dup_id(place->path));
}

/* Whoever opens it as a file waits for ever. */
static void
test_fifo(Place *place, gconstpointer unused)
{
    g_assert_cmpint(mkfifo(place->path, 0600), ==, 0);
    g_assert_null(pf_flatpak_info_dup_id(place->path));
}

static void
test_big_file(Place *place, gconstpointer unused)
{
    g_autoptr(GString) text = g_string_new("[Application]\nname=org.example.Mail\n");
    while (text->len < 100000)
        g_string_append(text, "# more\n");
    g_assert_true(g_file_set_contents(place->path, text->str, -1, NULL));
    g_assert_null(pf_flatpak_info_dup_id(place->path));
}

static void
test_no_id(Place *place, gconstpointer unused)
{
    static const char *const texts[] = {
        "",
        "name=org.example.Mail\n",
        "[Application]\n",
        "[Application]\nname=\n",
        "[Application]\nname=../../etc/passwd\n",
        "[Application]\nname=org.example.Mail\\nEnter your PIN\n",
        "[Application]\nname=mail\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_null(pf_flatpak_info_parse(texts[i], strlen(texts[i])));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/flatpak-info/file", Place, NULL, set_up, test_file, tear_down);
    g_test_add("/flatpak-info/no-file", Place, NULL, set_up, test_no_file, tear_down);
    g_test_add("/flatpak-info/fifo", Place, NULL, set_up, test_fifo, tear_down);
    g_test_add("/flatpak-info/big-file", Place, NULL, set_up, test_big_file, tear_down);
    g_test_add("/flatpak-info/no-id", Place, NULL, set_up, test_no_id, tear_down);
    return g_test_run();
}
