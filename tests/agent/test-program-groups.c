/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what the setting `groups` is read as, and which programs its entries mean. */
#include "program-groups.h"

#include <glib/gstdio.h>

static PfProgramGroups *
parse(const char *text)
{
    g_autoptr(GVariant) value = g_variant_parse(G_VARIANT_TYPE("a(ssas)"), text, NULL, NULL, NULL);
    g_assert_nonnull(value);
    return pf_program_groups_new(value);
}

static const char *
find(PfProgramGroups *groups, const char *exe, const char *script, const char *sandbox)
{
    const PfProgramFacts program = {.exe = exe, .script = script, .sandbox = sandbox};
    const PfProgramGroup *group = pf_program_groups_find(groups, &program);
    return group != NULL ? group->name : NULL;
}

static void
test_paths(void)
{
    PfProgramGroups *groups = parse("[('web', '1:2', ['/opt/web', '/opt/both']), "
                                    "('mail', '', ['/opt/mail', '/opt/both', '/opt/tool.py'])]");
    g_assert_cmpstr(find(groups, "/opt/web", NULL, NULL), ==, "web");
    g_assert_cmpstr(find(groups, "/opt/mail", NULL, NULL), ==, "mail");
    /* The first one has it. */
    g_assert_cmpstr(find(groups, "/opt/both", NULL, NULL), ==, "web");
    g_assert_null(find(groups, "/opt/other", NULL, NULL));
    g_assert_null(find(groups, "/opt/web2", NULL, NULL));
    g_assert_null(find(groups, "/opt", NULL, NULL));
    g_assert_null(find(groups, "", NULL, NULL));
    /* An interpreter is not the script, another script neither. */
    g_assert_cmpstr(find(groups, "/usr/bin/python3", "/opt/tool.py", NULL), ==, "mail");
    g_assert_null(find(groups, "/usr/bin/python3", NULL, NULL));
    g_assert_null(find(groups, "/usr/bin/python3", "/srv/tool.py", NULL));
    /* A path inside a sandbox is another file. */
    g_assert_null(find(groups, "/opt/web", NULL, "org.example.Web"));
    pf_program_groups_free(groups);
}

static void
test_ids(void)
{
    PfProgramGroups *groups = parse("[('web', '1:2', []), ('mail', '', []), ('zero', '0:0', [])]");
    g_assert_cmpstr(pf_program_groups_find_id(groups, 1ull << 32 | 2)->name, ==, "web");
    g_assert_cmpstr(pf_program_groups_find_id(groups, 0)->name, ==, "zero");
    g_assert_null(pf_program_groups_find_id(groups, 5));
    pf_program_groups_free(groups);
}

static void
test_desktop_files(void)
{
    PfProgramGroups *groups = parse("[('web', '', ['pf-web.desktop', 'org.example.Flat.desktop', "
                                    "'snappy_snappy.desktop', 'missing.desktop'])]");
    /* What starts a sandbox is not what runs in it. */
    g_assert_null(find(groups, "/usr/bin/pf-run", NULL, NULL));
    /* Started by a script of the same name. */
    g_assert_cmpstr(find(groups, "/usr/lib/pf-web/pf-web", NULL, NULL), ==, "web");
    g_assert_cmpstr(find(groups, "/usr/lib/pf-web/pf-web-bin", NULL, NULL), ==, "web");
    g_assert_null(find(groups, "/usr/lib/pf-web/pf-other", NULL, NULL));
    g_assert_null(find(groups, "/usr/lib/pf-web/pf-web-bin-bin", NULL, NULL));
    g_assert_null(find(groups, "/usr/lib/pf-web/-bin", NULL, NULL));
    g_assert_cmpstr(find(groups, "/app/bin/flat", NULL, "org.example.Flat"), ==, "web");
    g_assert_null(find(groups, "/app/bin/flat", NULL, "org.example.Other"));
    g_assert_null(find(groups, "/usr/bin/pf-web", NULL, "org.example.Other"));
    g_assert_cmpstr(find(groups, "/snap/snappy/1/bin", NULL, "snappy"), ==, "web");
    pf_program_groups_free(groups);
}

static const struct {
    const char *text;
    const char *in; /* the executable /x is in this group; NULL: in none */
    int lines;      /* of log */
} faults[] = {
    {"@a(ssas) []", NULL, 0},
    {"[('', '1:1', ['/x'])]", NULL, 1},
    {"[('a\\nb', '1:1', ['/x'])]", NULL, 1},
    {"[('a', '1', ['/x'])]", NULL, 1},
    {"[('a', '1:4294967296', ['/x'])]", NULL, 1},
    {"[('a', ' 1:1', ['/x'])]", NULL, 1},
    {"[('a', '0x1:1', ['/x'])]", NULL, 1},
    {"[('a', '', []), ('a', '', ['/x'])]", NULL, 1},
    {"[('a', '1:1', []), ('b', '1:1', ['/x'])]", NULL, 1},
    {"[('a', '1:1', ['x', '', 'a/x.desktop', '.desktop', '/x'])]", "a", 4},
    {"[('a', '', []), ('b', '', ['/x'])]", "b", 0},
    {"[('a', '4294967295:4294967295', ['/x'])]", "a", 0},
};

static int lines;

static GLogWriterOutput
count_lines(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    lines += (level & G_LOG_LEVEL_MESSAGE) != 0;
    return G_LOG_WRITER_HANDLED;
}

static void
test_faults(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        lines = 0;
        PfProgramGroups *groups = parse(faults[i].text);
        g_test_message("%s", faults[i].text);
        g_assert_cmpstr(find(groups, "/x", NULL, NULL), ==, faults[i].in);
        g_assert_cmpint(lines, ==, faults[i].lines);
        pf_program_groups_free(groups);
    }
    PfProgramGroups *groups = pf_program_groups_new(NULL);
    g_assert_null(find(groups, "/x", NULL, NULL));
    pf_program_groups_free(groups);
    g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new_string("groups"));
    groups = pf_program_groups_new(other);
    g_assert_null(find(groups, "/x", NULL, NULL));
    pf_program_groups_free(groups);
}

/* A desktop file, and the program that it starts. */
static void
install(const char *root, const char *name, const char *program, const char *more)
{
    g_autofree char *path = g_build_filename(root, "applications", name, NULL);
    g_autofree char *exe = g_build_filename(root, program, NULL);
    g_autofree char *text =
        g_strdup_printf("[Desktop Entry]\nType=Application\nName=X\nExec=%s %%u\n%s\n", exe, more);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_true(
        g_file_set_contents_full(exe, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

static void
remove_all(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            remove_all(path);
        else
            g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(count_lines, NULL, NULL);
    g_autofree char *root = g_dir_make_tmp("program-groups-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(root, "applications", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_setenv("XDG_DATA_HOME", root, TRUE);
    g_setenv("XDG_DATA_DIRS", root, TRUE);
    install(root, "pf-web.desktop", "pf-web", "");
    install(root, "org.example.Flat.desktop", "pf-run", "X-Flatpak=org.example.Flat");
    install(root, "snappy_snappy.desktop", "pf-run", "X-SnapInstanceName=snappy");
    g_test_add_func("/program-groups/paths", test_paths);
    g_test_add_func("/program-groups/ids", test_ids);
    g_test_add_func("/program-groups/desktop-files", test_desktop_files);
    g_test_add_func("/program-groups/faults", test_faults);
    int status = g_test_run();
    remove_all(root);
    return status;
}
