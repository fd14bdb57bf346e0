/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Module edit: by lines. GKeyFile would lose what inih, which reads the file, allows and it does
 * not: comments with a semicolon, values after a colon, lines before the first section. */
#include "module-edit.h"

#include <gio/gio.h>
#include <string.h>

#include "config.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct {
    char *text;
    char *name;       /* of an entry of [Modules], else NULL */
    gboolean is_ours; /* in [Modules], its heading included */
} Line;

PfModuleEntry *
pf_module_entry_new(const char *name, const char *path)
{
    PfModuleEntry *entry = g_new(PfModuleEntry, 1);
    *entry = (PfModuleEntry){g_strdup(name), g_strdup(path)};
    return entry;
}

void
pf_module_entry_free(PfModuleEntry *entry)
{
    g_free(entry->name);
    g_free(entry->path);
    g_free(entry);
}

static GPtrArray *
list_modules(const PfConfig *config)
{
    GPtrArray *entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void *)pf_module_entry_free);
    for (gsize i = 0; i < config->module_count; i++)
        g_ptr_array_add(entries,
                        pf_module_entry_new(config->modules[i].name, config->modules[i].path));
    return entries;
}

static PfConfig *
parse(const char *text)
{
    PfConfig *config = pf_config_parse(text, strlen(text));
    if (config == NULL)
        g_error("out of memory");
    return config;
}

GPtrArray *
pf_module_edit_list(const char *text)
{
    PfConfig *config = parse(text);
    GPtrArray *entries = list_modules(config);
    pf_config_free(config);
    return entries;
}

static void
clear_line(gpointer data)
{
    Line *line = data;
    g_free(line->text);
    g_free(line->name);
}

/* The name before the first sign that parts it from its value; NULL: the line is none of these. */
static char *
dup_name(const char *text)
{
    gsize len = strcspn(text, "=:");
    if (text[0] == '\0' || strchr("[;#", text[0]) != NULL || text[len] == '\0')
        return NULL;
    return g_strchomp(g_strndup(text, len));
}

static GArray *
split(const char *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_auto(GStrv) texts = g_strsplit(text, "\n", -1);
    gboolean is_ours = FALSE;
    g_array_set_clear_func(lines, clear_line);
    for (gsize i = 0; texts[i] != NULL; i++) {
        const char *start = texts[i];
        if (i == 0 && g_str_has_prefix(start, BYTE_ORDER_MARK))
            start += strlen(BYTE_ORDER_MARK);
        start += strspn(start, " \t");
        if (start[0] == '[')
            is_ours = g_str_has_prefix(start, "[Modules]");
        if (texts[i + 1] == NULL && texts[i][0] == '\0')
            break; /* behind the last line's end */
        Line line = {g_strdup(texts[i]), is_ours ? dup_name(start) : NULL, is_ours};
        g_array_append_val(lines, line);
    }
    return lines;
}

static const PfModuleEntry *
find_entry(const GPtrArray *entries, const char *name)
{
    for (guint i = 0; i < entries->len; i++) {
        const PfModuleEntry *entry = entries->pdata[i];
        if (g_str_equal(entry->name, name))
            return entry;
    }
    return NULL;
}

/* Takes out the lines of modules that are not wanted, and all but the last of one that is named
 * twice: that is the one that counts. */
static void
drop_lines(GArray *lines, const GPtrArray *entries)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = lines->len; i > 0; i--) {
        const Line *line = &g_array_index(lines, Line, i - 1);
        if (line->name == NULL)
            continue;
        if (find_entry(entries, line->name) == NULL ||
            !g_hash_table_add(seen, g_strdup(line->name)))
            g_array_remove_index(lines, i - 1);
    }
}

/* The line that says ENTRY: the one that is there, with whatever is behind its value, if it does.
 */
static char *
dup_line(const GHashTable *texts, const GPtrArray *old, const PfModuleEntry *entry)
{
    const PfModuleEntry *before = find_entry(old, entry->name);
    const char *text = g_hash_table_lookup((GHashTable *)texts, entry->name);
    if (text != NULL && before != NULL && g_str_equal(before->path, entry->path))
        return g_strdup(text);
    return g_strdup_printf("%s = %s", entry->name, entry->path);
}

/* Where new lines of the section go: behind its last entry or its heading; it is made if need be.
 */
static guint
find_end(GArray *lines)
{
    guint end = 0;
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        if (line->name != NULL || (line->is_ours && strchr(line->text, '[') != NULL))
            end = i + 1;
    }
    if (end > 0)
        return end;
    if (lines->len > 0) {
        Line blank = {g_strdup(""), NULL, FALSE};
        g_array_append_val(lines, blank);
    }
    Line heading = {g_strdup("[Modules]"), NULL, TRUE};
    g_array_append_val(lines, heading);
    return lines->len;
}

/* The entries stand where entries stood, so that comments stay with what is around them. */
static void
place_entries(GArray *lines, const GPtrArray *entries, const GPtrArray *old)
{
    g_autoptr(GHashTable) texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    guint next = 0;
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        if (line->name != NULL)
            g_hash_table_insert(texts, g_strdup(line->name), g_strdup(line->text));
    }
    for (guint i = 0; i < lines->len; i++) {
        Line *line = &g_array_index(lines, Line, i);
        if (line->name == NULL)
            continue;
        g_free(line->text);
        line->text = dup_line(texts, old, entries->pdata[next++]);
    }
    guint end = next < entries->len ? find_end(lines) : 0;
    for (; next < entries->len; next++, end++) {
        Line line = {dup_line(texts, old, entries->pdata[next]), g_strdup("new"), TRUE};
        g_array_insert_val(lines, end, line);
    }
}

static char *
join(const GArray *lines)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s\n", g_array_index(lines, Line, i).text);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
are_same_modules(const PfConfig *config, const GPtrArray *entries)
{
    if (config->module_count != entries->len)
        return FALSE;
    for (guint i = 0; i < entries->len; i++) {
        const PfModuleEntry *entry = entries->pdata[i];
        if (!g_str_equal(config->modules[i].name, entry->name) ||
            !g_str_equal(config->modules[i].path, entry->path))
            return FALSE;
    }
    return TRUE;
}

static gboolean
are_same_words(PfConfigWords a, PfConfigWords b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

/* What the parser makes of the result decides, not what was meant. */
static gboolean
is_as_wanted(const PfConfig *before, const PfConfig *after, const GPtrArray *entries)
{
    return after->problem_count == 0 && are_same_modules(after, entries) &&
           after->cache_pin == before->cache_pin && after->has_app_id == before->has_app_id &&
           after->app_id == before->app_id &&
           are_same_words(after->protected_path, before->protected_path) &&
           are_same_words(after->no_protected_path, before->no_protected_path);
}

char *
pf_module_edit_apply(const char *text, const GPtrArray *entries, GError **error)
{
    PfConfig *before = parse(text);
    gboolean is_good = before->problem_count == 0;
    g_autoptr(GPtrArray) old = list_modules(before);
    g_autoptr(GArray) lines = split(text);
    drop_lines(lines, entries);
    place_entries(lines, entries, old);
    g_autofree char *result = join(lines);
    PfConfig *after = parse(result);
    is_good =
        is_good && strlen(result) <= PF_CONFIG_SIZE_MAX && is_as_wanted(before, after, entries);
    pf_config_free(before);
    pf_config_free(after);
    if (is_good)
        return g_steal_pointer(&result);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                        "the file cannot be changed in this way");
    return NULL;
}

static gboolean
is_taken(const char *name, const GPtrArray *entries, const char *const *names)
{
    return find_entry(entries, name) != NULL || g_strv_contains(names, name);
}

char *
pf_module_edit_dup_name(const char *path, const GPtrArray *entries, const char *const *names)
{
    g_autofree char *file = g_path_get_basename(path);
    const char *start = g_str_has_prefix(file, "lib") ? file + 3 : file;
    g_autofree char *base = g_strndup(start, strcspn(start, "."));
    for (char *c = base; *c != '\0'; c++) {
        if (!g_ascii_isalnum(*c) && strchr("-_", *c) == NULL)
            *c = '-';
    }
    if (*base == '\0')
        return pf_module_edit_dup_name("module", entries, names);
    if (!is_taken(base, entries, names))
        return g_steal_pointer(&base);
    for (guint i = 2;; i++) {
        g_autofree char *name = g_strdup_printf("%s-%u", base, i);
        if (!is_taken(name, entries, names))
            return g_steal_pointer(&name);
    }
}
