/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Changes to the setting `groups`, by its text before and after. */
#include "group-edit.h"

#define BEFORE "[('A', '1:2', ['x.desktop', '/usr/bin/y']), ('B', '', ['z.desktop'])]"

static GVariant *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(PF_GROUP_EDIT_TYPE, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return value;
}

/* Takes GROUPS. */
static void
assert_groups(GVariant *groups, const char *text)
{
    g_autoptr(GVariant) owned G_GNUC_UNUSED = groups;
    g_autofree char *printed = g_variant_print(groups, FALSE);
    g_assert_false(g_variant_is_floating(groups));
    g_assert_cmpstr(printed, ==, text);
}

static void
test_groups(void)
{
    g_autoptr(GVariant) before = parse(BEFORE);
    g_autoptr(GVariant) none = parse("[]");
    assert_groups(pf_group_edit_add(none, "A", ""), "[('A', '', [])]");
    assert_groups(pf_group_edit_add(before, "C", "3:4"),
                  "[('A', '1:2', ['x.desktop', '/usr/bin/y']), ('B', '', ['z.desktop']), "
                  "('C', '3:4', [])]");
    assert_groups(pf_group_edit_change(before, 1, "New", "5:6"),
                  "[('A', '1:2', ['x.desktop', '/usr/bin/y']), ('New', '5:6', ['z.desktop'])]");
    assert_groups(pf_group_edit_remove(before, 0), "[('B', '', ['z.desktop'])]");
    /* Somebody else removed it meanwhile. */
    assert_groups(pf_group_edit_change(before, 2, "New", ""), BEFORE);
    assert_groups(pf_group_edit_remove(before, 2), BEFORE);
    assert_groups(pf_group_edit_remove_program(before, 2, "z.desktop"), BEFORE);
    assert_groups(pf_group_edit_add_program(before, 2, "z.desktop"), BEFORE);
}

static void
test_programs(void)
{
    g_autoptr(GVariant) before = parse(BEFORE);
    assert_groups(pf_group_edit_add_program(before, 1, "new"),
                  "[('A', '1:2', ['x.desktop', '/usr/bin/y']), ('B', '', ['z.desktop', 'new'])]");
    /* It leaves the group that it was in, and is in one once. */
    assert_groups(pf_group_edit_add_program(before, 1, "x.desktop"),
                  "[('A', '1:2', ['/usr/bin/y']), ('B', '', ['z.desktop', 'x.desktop'])]");
    assert_groups(pf_group_edit_add_program(before, 1, "z.desktop"), BEFORE);
    assert_groups(pf_group_edit_remove_program(before, 0, "/usr/bin/y"),
                  "[('A', '1:2', ['x.desktop']), ('B', '', ['z.desktop'])]");
    assert_groups(pf_group_edit_remove_program(before, 0, "z.desktop"), BEFORE);
    g_autofree char *group = pf_group_edit_dup_group_of(before, "z.desktop");
    g_assert_cmpstr(group, ==, "B");
    g_assert_null(pf_group_edit_dup_group_of(before, "z"));
}

static void
test_ids(void)
{
    static const struct {
        const char *text;
        guint index;
        PfGroupId verdict;
    } cases[] = {
        {"", 0, PF_GROUP_ID_GOOD},
        {"0:0", 0, PF_GROUP_ID_GOOD},
        {"4294967295:4294967295", 0, PF_GROUP_ID_GOOD},
        {"4294967296:0", 0, PF_GROUP_ID_MALFORMED},
        {"12", 0, PF_GROUP_ID_MALFORMED},
        {"a:b", 0, PF_GROUP_ID_MALFORMED},
        {":", 0, PF_GROUP_ID_MALFORMED},
        {"1:2", 0, PF_GROUP_ID_GOOD},
        {"1:2", 1, PF_GROUP_ID_TAKEN},
        {"1:2", 2, PF_GROUP_ID_TAKEN},
        {"", 2, PF_GROUP_ID_GOOD},
    };
    g_autoptr(GVariant) groups = parse(BEFORE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(pf_group_edit_check_id(groups, cases[i].index, cases[i].text), ==,
                        cases[i].verdict);
}

/* Index of GROUP in GROUPS; -1: gone. */
static int
find(const char *groups_text, const char *group_text)
{
    guint index = 0;
    g_autoptr(GVariant) groups = parse(groups_text);
    g_autoptr(GVariant) group =
        g_variant_parse(G_VARIANT_TYPE("(ssas)"), group_text, NULL, NULL, NULL);
    return pf_group_edit_find(groups, group, &index) ? (int)index : -1;
}

static void
test_find(void)
{
    g_assert_cmpint(find(BEFORE, "('B', '', ['z.desktop'])"), ==, 1);
    /* Its programs were changed, or with them its name, where its ID says which it is. */
    g_assert_cmpint(find(BEFORE, "('B', '', [])"), ==, 1);
    g_assert_cmpint(find(BEFORE, "('C', '1:02', [])"), ==, 0);
    g_assert_cmpint(find(BEFORE, "('C', '', ['z.desktop'])"), ==, -1);
    g_assert_cmpint(find("[]", "('B', '', [])"), ==, -1);
    /* Of two that are alike, either; of two that only look so, neither. */
    g_assert_cmpint(find("[('B', '', []), ('B', '', [])]", "('B', '', [])"), ==, 0);
    g_assert_cmpint(find("[('B', '', ['x']), ('B', '', ['y'])]", "('B', '', ['y'])"), ==, 1);
    g_assert_cmpint(find("[('B', '', ['x']), ('B', '', ['y'])]", "('B', '', [])"), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/group-edit/groups", test_groups);
    g_test_add_func("/group-edit/programs", test_programs);
    g_test_add_func("/group-edit/ids", test_ids);
    g_test_add_func("/group-edit/find", test_find);
    return g_test_run();
}
