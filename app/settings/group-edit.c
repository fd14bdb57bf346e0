/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Group edit: values are small, so each change builds a new one. */
#include "group-edit.h"

#include "app-id.h"

typedef struct {
    const char *name;
    const char *app_id;
    const char **programs; /* the array is owned, its strings are the value's */
} Group;

static void
read_group(GVariant *groups, guint index, Group *ret_group)
{
    g_variant_get_child(groups, index, "(&s&s^a&s)", &ret_group->name, &ret_group->app_id,
                        &ret_group->programs);
}

static void
add_group(GVariantBuilder *builder, const Group *group)
{
    g_variant_builder_add(builder, "(ss^as)", group->name, group->app_id, group->programs);
}

static GVariant *
end(GVariantBuilder *builder)
{
    return g_variant_ref_sink(g_variant_builder_end(builder));
}

GVariant *
pf_group_edit_add(GVariant *groups, const char *name, const char *app_id)
{
    static const char *none[] = {NULL};
    GVariantBuilder builder;
    g_variant_builder_init(&builder, PF_GROUP_EDIT_TYPE);
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(groups, i);
        g_variant_builder_add_value(&builder, child);
    }
    add_group(&builder, &(Group){name, app_id, none});
    return end(&builder);
}

GVariant *
pf_group_edit_change(GVariant *groups, guint index, const char *name, const char *app_id)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, PF_GROUP_EDIT_TYPE);
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        Group group;
        read_group(groups, i, &group);
        g_autofree const char **programs = group.programs;
        if (i == index)
            group = (Group){name, app_id, programs};
        add_group(&builder, &group);
    }
    return end(&builder);
}

GVariant *
pf_group_edit_remove(GVariant *groups, guint index)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, PF_GROUP_EDIT_TYPE);
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(groups, i);
        if (i != index)
            g_variant_builder_add_value(&builder, child);
    }
    return end(&builder);
}

/* GROUP, where it has PROGRAM once if WANTED, else not at all. */
static void
add_group_with(GVariantBuilder *builder, const Group *group, const char *program, gboolean wanted)
{
    g_autoptr(GPtrArray) programs = g_ptr_array_new();
    gboolean found = FALSE;
    for (guint i = 0; group->programs[i] != NULL; i++) {
        gboolean same = g_str_equal(group->programs[i], program);
        if (!same || (wanted && !found))
            g_ptr_array_add(programs, (gpointer)group->programs[i]);
        found |= same;
    }
    if (wanted && !found)
        g_ptr_array_add(programs, (gpointer)program);
    g_ptr_array_add(programs, NULL);
    add_group(builder, &(Group){group->name, group->app_id, (const char **)programs->pdata});
}

GVariant *
pf_group_edit_add_program(GVariant *groups, guint index, const char *program)
{
    if (index >= g_variant_n_children(groups))
        return g_variant_ref(groups);
    GVariantBuilder builder;
    g_variant_builder_init(&builder, PF_GROUP_EDIT_TYPE);
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        Group group;
        read_group(groups, i, &group);
        g_autofree const char **kept G_GNUC_UNUSED = group.programs;
        add_group_with(&builder, &group, program, i == index);
    }
    return end(&builder);
}

GVariant *
pf_group_edit_remove_program(GVariant *groups, guint index, const char *program)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, PF_GROUP_EDIT_TYPE);
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        Group group;
        read_group(groups, i, &group);
        g_autofree const char **kept G_GNUC_UNUSED = group.programs;
        if (i == index)
            add_group_with(&builder, &group, program, FALSE);
        else
            add_group(&builder, &group);
    }
    return end(&builder);
}

typedef gboolean (*IsSame)(GVariant *one, GVariant *other);

static gboolean
has_same_value(GVariant *one, GVariant *other)
{
    return g_variant_equal(one, other);
}

static gboolean
has_same_id(GVariant *one, GVariant *other)
{
    guint64 ids[2];
    const char *texts[2];
    g_variant_get_child(one, 1, "&s", &texts[0]);
    g_variant_get_child(other, 1, "&s", &texts[1]);
    return pf_app_id_parse(texts[0], &ids[0]) && pf_app_id_parse(texts[1], &ids[1]) &&
           ids[0] == ids[1];
}

static gboolean
has_same_name(GVariant *one, GVariant *other)
{
    const char *names[2];
    const char *texts[2];
    g_variant_get(one, "(&s&sas)", &names[0], &texts[0], NULL);
    g_variant_get(other, "(&s&sas)", &names[1], &texts[1], NULL);
    return g_str_equal(names[0], names[1]) && g_str_equal(texts[0], texts[1]);
}

/* How many there are, and the first of them. */
static guint
count_same(GVariant *groups, GVariant *group, IsSame is_same, guint *ret_index)
{
    guint count = 0;
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(groups, i);
        if (is_same(child, group) && count++ == 0)
            *ret_index = i;
    }
    return count;
}

gboolean
pf_group_edit_find(GVariant *groups, GVariant *group, guint *ret_index)
{
    /* Of several that are alike in all, each will do. */
    guint index = 0;
    gboolean is_found = count_same(groups, group, has_same_value, &index) > 0 ||
                        count_same(groups, group, has_same_name, &index) == 1 ||
                        count_same(groups, group, has_same_id, &index) == 1;
    if (is_found)
        *ret_index = index;
    return is_found;
}

char *
pf_group_edit_dup_group_of(GVariant *groups, const char *program)
{
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        Group group;
        read_group(groups, i, &group);
        g_autofree const char **programs = group.programs;
        if (g_strv_contains(programs, program))
            return g_strdup(group.name);
    }
    return NULL;
}

PfGroupId
pf_group_edit_check_id(GVariant *groups, guint index, const char *text)
{
    guint64 wanted;
    if (*text == '\0')
        return PF_GROUP_ID_GOOD;
    if (!pf_app_id_parse(text, &wanted))
        return PF_GROUP_ID_MALFORMED;
    for (guint i = 0; i < g_variant_n_children(groups); i++) {
        guint64 other;
        Group group;
        read_group(groups, i, &group);
        g_autofree const char **kept G_GNUC_UNUSED = group.programs;
        if (i != index && pf_app_id_parse(group.app_id, &other) && other == wanted)
            return PF_GROUP_ID_TAKEN;
    }
    return PF_GROUP_ID_GOOD;
}
