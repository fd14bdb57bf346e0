/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramGroups: a parser of what any program of the user may have written into the settings. */
#include "program-groups.h"

#include <stdlib.h>
#include <string.h>

#include "app-id.h"
#include "program-name.h"

/* More than a person makes; a setting of a megabyte is not walked through at every connection. */
#define GROUPS_MAX   128u
#define PROGRAMS_MAX 512u
#define NAME_MAX_LEN 128u

struct PfProgramGroups {
    GPtrArray *list; /* of PfProgramGroup */
};

static void
free_group(gpointer data)
{
    PfProgramGroup *group = data;
    g_free(group->name);
    g_ptr_array_unref(group->programs);
    g_free(group);
}

static gboolean
is_name(const char *text)
{
    if (text[0] == '\0' || strlen(text) > NAME_MAX_LEN)
        return FALSE;
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        if (!g_unichar_isprint(g_utf8_get_char(c)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_program(const char *text)
{
    if (g_path_is_absolute(text))
        return TRUE;
    return g_str_has_suffix(text, ".desktop") && strlen(text) > strlen(".desktop") &&
           strchr(text, '/') == NULL;
}

static const PfProgramGroup *
find_name(const PfProgramGroups *groups, const char *name)
{
    for (guint i = 0; i < groups->list->len; i++) {
        const PfProgramGroup *group = g_ptr_array_index(groups->list, i);
        if (strcmp(group->name, name) == 0)
            return group;
    }
    return NULL;
}

/* Why there is no such group; NULL: there can be. */
static const char *
find_fault(const PfProgramGroups *groups, const char *name, const char *id, PfProgramGroup *group)
{
    uint64_t app_id = 0;
    if (!is_name(name))
        return "the name is empty, too long or not printable";
    if (find_name(groups, name) != NULL)
        return "another one has the name";
    group->has_id = id[0] != '\0';
    if (group->has_id && !pf_app_id_parse(id, &app_id))
        return "the ID is not two decimal numbers of 32 bits with a colon between";
    group->app_id = app_id;
    if (group->has_id && pf_program_groups_find_id(groups, app_id) != NULL)
        return "another one has the ID";
    return groups->list->len >= GROUPS_MAX ? "there are too many" : NULL;
}

static void
add_group(PfProgramGroups *groups, const char *name, const char *id, GVariantIter *programs)
{
    PfProgramGroup *group = g_new0(PfProgramGroup, 1);
    const char *program;
    group->name = g_strdup(name);
    group->programs = g_ptr_array_new_with_free_func(g_free);
    const char *fault = find_fault(groups, name, id, group);
    if (fault != NULL) {
        g_autofree char *shown = g_strescape(name, NULL);
        g_message("A group of the setting `groups` is left out (\"%.64s\"): %s", shown, fault);
        free_group(group);
        return;
    }
    while (g_variant_iter_next(programs, "&s", &program)) {
        if (is_program(program) && group->programs->len < PROGRAMS_MAX)
            g_ptr_array_add(group->programs, g_strdup(program));
        else
            g_message("A program of the group \"%s\" is left out: it is neither a desktop file "
                      "nor an absolute path, or there are too many",
                      name);
    }
    g_ptr_array_add(groups->list, group);
}

PfProgramGroups *
pf_program_groups_new(GVariant *value)
{
    PfProgramGroups *groups = g_new0(PfProgramGroups, 1);
    groups->list = g_ptr_array_new_with_free_func(free_group);
    if (value == NULL || !g_variant_is_of_type(value, G_VARIANT_TYPE("a(ssas)")))
        return groups;
    GVariantIter iter;
    GVariantIter *programs;
    const char *name;
    const char *id;
    g_variant_iter_init(&iter, value);
    while (g_variant_iter_loop(&iter, "(&s&sas)", &name, &id, &programs))
        add_group(groups, name, id, programs);
    return groups;
}

void
pf_program_groups_free(PfProgramGroups *groups)
{
    if (groups == NULL)
        return;
    g_ptr_array_unref(groups->list);
    g_free(groups);
}

/* A path may be a symbolic link to what the kernel says is running. */
static gboolean
is_path_of(const char *path, const char *running)
{
    if (strcmp(path, running) == 0)
        return TRUE;
    char *resolved = realpath(path, NULL);
    gboolean is_same = resolved != NULL && strcmp(resolved, running) == 0;
    free(resolved);
    return is_same;
}

static gboolean
matches(const char *listed, const PfProgramFacts *program)
{
    if (!g_path_is_absolute(listed))
        return pf_program_name_is_of_desktop_file(listed, program->exe, program->sandbox);
    return program->sandbox == NULL &&
           (is_path_of(listed, program->exe) ||
            (program->script != NULL && is_path_of(listed, program->script)));
}

const PfProgramGroup *
pf_program_groups_find(const PfProgramGroups *groups, const PfProgramFacts *program)
{
    if (program->exe[0] == '\0')
        return NULL;
    for (guint i = 0; i < groups->list->len; i++) {
        const PfProgramGroup *group = g_ptr_array_index(groups->list, i);
        for (guint j = 0; j < group->programs->len; j++) {
            if (matches(g_ptr_array_index(group->programs, j), program))
                return group;
        }
    }
    return NULL;
}

const PfProgramGroup *
pf_program_groups_find_id(const PfProgramGroups *groups, guint64 app_id)
{
    for (guint i = 0; i < groups->list->len; i++) {
        const PfProgramGroup *group = g_ptr_array_index(groups->list, i);
        if (group->has_id && group->app_id == app_id)
            return group;
    }
    return NULL;
}
