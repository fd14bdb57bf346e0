/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A database of NSS: pkcs11.txt is paragraphs of lines KEY=VALUE, one for each module. It is read
 * here, as modutil would load every module to list them. */
#include "nss-database.h"

#include <glib/gi18n.h>
#include <string.h>

/* What the module is called in these lists. */
#define OWN_NAME "Pinfold"
#define MODUTIL  "modutil"

/* The value of KEY, which ends with "=", in PARAGRAPH; NULL for none. */
static char *
dup_value(const char *paragraph, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(paragraph, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (g_ascii_strncasecmp(*line, key, strlen(key)) == 0)
            return g_strstrip(g_strdup(*line + strlen(key)));
    }
    return NULL;
}

/* PfRegisterEntry of the modules in TEXT but NSS's own, which has no library. */
static GPtrArray *
parse(const char *text)
{
    GPtrArray *entries = pf_register_entry_list_new();
    g_auto(GStrv) paragraphs = g_regex_split_simple("\n[ \t\r]*\n\\s*", text, G_REGEX_RAW, 0);
    for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++) {
        g_autofree char *library = dup_value(*paragraph, "library=");
        g_autofree char *name = dup_value(*paragraph, "name=");
        if (library != NULL && *library != '\0')
            g_ptr_array_add(entries, pf_register_entry_new(name != NULL ? name : library, library,
                                                           g_strchomp(*paragraph)));
    }
    return entries;
}

static GPtrArray *
read_entries(const char *path, GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return NULL;
    /* One that has something but no library at all is damaged, or of another kind. */
    if (*text != '\0' && strstr(text, "library=") == NULL) {
        g_autofree char *shown = g_filename_display_name(path);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    _("%s is not a list of modules as NSS writes it"), shown);
        return NULL;
    }
    return parse(text);
}

static gboolean
has_old_database(const char *folder)
{
    g_autofree char *old = g_build_filename(folder, "secmod.db", NULL);
    g_autofree char *new = g_build_filename(folder, "pkcs11.txt", NULL);
    return g_file_test(old, G_FILE_TEST_EXISTS) && !g_file_test(new, G_FILE_TEST_EXISTS);
}

static gboolean
check_writable(const char *path, GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, error);
    return file != NULL && pf_register_file_check_writable(file, error);
}

void
pf_nss_database_look(const PfRegisterPlace *place, const char *folder, PfRegisterTarget *target)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *modutil = g_find_program_in_path(MODUTIL);
    g_autoptr(GPtrArray) entries = read_entries(target->path, &error);
    if (has_old_database(folder))
        target->hindrance = g_strdup(_("Its NSS database is of the old kind: start the program "
                                       "once, and it makes a new one."));
    else if (entries == NULL || !check_writable(target->path, &error))
        target->hindrance = g_strdup(error->message);
    else if (modutil == NULL)
        target->hindrance = g_strdup(_("A package is missing: install libnss3-tools (Debian, "
                                       "Ubuntu), nss-tools (Fedora) or mozilla-nss-tools "
                                       "(SUSE)."));
    target->is_unknown = entries == NULL;
    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        const PfRegisterEntry *entry = entries->pdata[i];
        if (pf_register_place_is_module(place, entry->library))
            target->is_registered = TRUE;
        else if (pf_register_place_is_own(place, entry->library))
            target->is_outdated = TRUE;
        else if (pf_register_place_is_double(place, entry->library))
            g_ptr_array_add(target->doubles,
                            pf_register_entry_new(entry->name, entry->library, entry->text));
    }
}

/* modutil's step: -WHAT NAME, and LIBRARY unless it is NULL. */
static void
plan_modutil(PfRegisterPlan *plan, const PfRegisterTarget *target, const char *what,
             const char *name, const char *library)
{
    g_autofree char *folder = g_path_get_dirname(target->path);
    g_autofree char *database = g_strconcat("sql:", folder, NULL);
    g_autofree char *certificates = g_build_filename(folder, "cert9.db", NULL);
    g_autofree char *keys = g_build_filename(folder, "key4.db", NULL);
    /* What is there is not touched; what is not is made with the list. */
    const char *files[] = {target->path,
                           g_file_test(certificates, G_FILE_TEST_EXISTS) ? NULL : certificates,
                           NULL, NULL};
    if (!g_file_test(keys, G_FILE_TEST_EXISTS))
        files[files[1] != NULL ? 2 : 1] = keys;
    const char *argv[] = {MODUTIL, "-force", "-dbdir", database, what, name, NULL, NULL, NULL};
    if (library != NULL) {
        argv[6] = "-libfile";
        argv[7] = library;
    }
    pf_register_plan_run(plan, argv, files);
}

/* Our own entries but those of the module itself, if KEEP. */
static gboolean
plan_removal(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean keep,
             PfRegisterPlan *plan, GError **error)
{
    g_autoptr(GPtrArray) entries = read_entries(target->path, error);
    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        const PfRegisterEntry *entry = entries->pdata[i];
        if (pf_register_place_is_own(place, entry->library) &&
            (!keep || !pf_register_place_is_module(place, entry->library)))
            plan_modutil(plan, target, "-delete", entry->name, NULL);
    }
    return entries != NULL;
}

gboolean
pf_nss_database_add(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean replace,
                    PfRegisterPlan *plan, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(target->path);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        pf_register_plan_make_folder(plan, folder);
    if (!plan_removal(place, target, TRUE, plan, error))
        return FALSE;
    for (guint i = 0; replace && i < target->doubles->len; i++) {
        const PfRegisterEntry *entry = target->doubles->pdata[i];
        plan_modutil(plan, target, "-delete", entry->name, NULL);
        pf_register_plan_replace(plan, entry);
    }
    if (!target->is_registered)
        plan_modutil(plan, target, "-add", OWN_NAME, place->module);
    return TRUE;
}

static gboolean
is_listed(GPtrArray *entries, const char *library)
{
    for (guint i = 0; i < entries->len; i++) {
        if (g_str_equal(((PfRegisterEntry *)entries->pdata[i])->library, library))
            return TRUE;
    }
    return FALSE;
}

/* By text: modutil would lose what the list says of them beyond name and path. */
static gboolean
plan_return(const PfRegisterTarget *target, GPtrArray *replaced, PfRegisterPlan *plan,
            GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(target->path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return FALSE;
    g_autoptr(GPtrArray) entries = parse(text);
    GString *now = g_string_new(g_strchomp(text));
    gsize before = now->len;
    for (guint i = 0; i < replaced->len; i++) {
        const PfRegisterEntry *entry = replaced->pdata[i];
        if (entry->text != NULL && !is_listed(entries, entry->library))
            g_string_append_printf(now, "\n\n%s", entry->text);
    }
    gboolean has_grown = now->len > before;
    g_string_append(now, "\n\n");
    if (has_grown)
        pf_register_plan_write(plan, g_steal_pointer(&file), now->str, 0600);
    g_string_free(now, TRUE);
    return TRUE;
}

gboolean
pf_nss_database_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    /* First by text, as modutil writes the file anew. */
    return (replaced->len == 0 || plan_return(target, replaced, plan, error)) &&
           plan_removal(place, target, FALSE, plan, error);
}
