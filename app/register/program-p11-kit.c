/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* p11-kit: folders of NAME.module files, the user's, the administrator's and the packages'. Files
 * of one name are one module: the first that sets a key counts. */
#include "program-p11-kit.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define OWN_FILE "pinfold.module"
/* The values are programs' names: in these programs, and so in none. */
#define OFF_LINE "enable-in: no-program"
#define OFF_NOTE "# Pinfold stands in front of this module (pinfoldctl register --replace)."

static char *
dup_folder(const PfRegisterPlace *place)
{
    return place->is_system ? pf_register_place_dup_system(place, "/etc/pkcs11/modules")
                            : g_build_filename(place->config_home, "pkcs11", "modules", NULL);
}

/* The value of KEY in TEXT, NULL for none. */
static char *
dup_value(const char *text, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *colon = strchr(*line, ':');
        if (colon == NULL || *g_strstrip(*line) == '#')
            continue;
        g_autofree char *name = g_strndup(*line, (gsize)(colon - *line));
        if (g_str_equal(g_strstrip(name), key))
            return g_strstrip(g_strdup(colon + 1));
    }
    return NULL;
}

static char *
read_text(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, NULL);
    return file != NULL ? pf_register_file_dup_text(file, NULL) : NULL;
}

/* Adds the texts of FOLDER's files to TEXTS, name → text, behind those that are there. */
static void
read_folder(const char *folder, GHashTable *texts)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        const char *before = g_hash_table_lookup(texts, name);
        g_autofree char *text = g_str_has_suffix(name, ".module") ? read_text(folder, name) : NULL;
        if (text != NULL)
            g_hash_table_replace(texts, g_strdup(name),
                                 g_strconcat(before != NULL ? before : "", "\n", text, NULL));
    }
}

static void
look(const PfRegisterPlace *place, const char *folder, PfRegisterTarget *target)
{
    g_autoptr(GHashTable) texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *admin = pf_register_place_dup_system(place, "/etc/pkcs11/modules");
    g_autofree char *packages = pf_register_place_dup_system(place, "/usr/share/p11-kit/modules");
    g_autofree char *own = read_text(folder, OWN_FILE);
    g_autofree char *module = own != NULL ? dup_value(own, "module") : NULL;
    target->is_registered = module != NULL && pf_register_place_is_module(place, module);
    target->is_outdated = module != NULL && !target->is_registered;
    if (!place->is_system)
        read_folder(folder, texts);
    read_folder(admin, texts);
    read_folder(packages, texts);
    /* Whatever it says, it will be Pinfold's, and the first. */
    g_hash_table_remove(texts, OWN_FILE);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(texts), (GCompareFunc)strcmp);
    for (GList *name = names; name != NULL; name = name->next) {
        const char *text = g_hash_table_lookup(texts, name->data);
        g_autofree char *library = dup_value(text, "module");
        g_autofree char *programs = dup_value(text, "enable-in");
        if (library != NULL && programs == NULL && pf_register_place_is_double(place, library))
            g_ptr_array_add(target->doubles, pf_register_entry_new(name->data, library, NULL));
    }
}

/* One that Pinfold loads would load Pinfold again. */
static gboolean
has_proxy_as_backend(const PfRegisterPlace *place)
{
    for (gsize i = 0; i < place->config->module_count; i++) {
        g_autofree char *name = g_path_get_basename(place->config->modules[i].path);
        if (g_str_equal(name, "p11-kit-proxy.so"))
            return TRUE;
    }
    return FALSE;
}

static const char *
find_hindrance(const PfRegisterPlace *place)
{
    g_autofree char *conf = read_text("/etc/pkcs11", "pkcs11.conf");
    g_autofree char *user_config = conf != NULL ? dup_value(conf, "user-config") : NULL;
    if (has_proxy_as_backend(place))
        return _("Pinfold itself loads p11-kit’s modules (p11-kit-proxy.so in pinfold.conf): each "
                 "would load the other");
    if (place->is_system)
        return NULL;
    if (getuid() == 0)
        return _("p11-kit reads no files of root’s own: use --system");
    return g_strcmp0(user_config, "none") == 0
               ? _("The administrator has switched users’ own modules off in "
                   "/etc/pkcs11/pkcs11.conf.")
               : NULL;
}

void
pf_program_p11_kit_find(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    g_autofree char *folder = dup_folder(place);
    g_autofree char *path = g_build_filename(folder, OWN_FILE, NULL);
    g_autoptr(GError) error = NULL;
    PfRegisterTarget *target = pf_register_target_new(place->is_system ? _("modules for all users")
                                                                       : _("modules of the user"),
                                                      path);
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, &error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, &error) : NULL;
    look(place, folder, target);
    target->is_unknown = text == NULL;
    if (text == NULL || !pf_register_file_check_writable(file, &error))
        target->hindrance = g_strdup(error->message);
    else
        target->hindrance = g_strdup(find_hindrance(place));
    g_ptr_array_add(sight->targets, target);
}

/* TEXT without the lines that set KEY, and those that are NOTE. */
static char *
drop_lines(const char *text, const char *key, const char *note)
{
    GString *kept = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *value = dup_value(*line, key);
        if (value == NULL && g_strcmp0(*line, note) != 0 && (line[1] != NULL || **line != '\0'))
            g_string_append_printf(kept, "%s\n", *line);
    }
    return g_string_free(kept, FALSE);
}

/* The plan's steps for the file NAME whose text has KEY set by LINE alone (NULL: not set), and is
 * removed when nothing is left. */
static gboolean
plan_line(PfRegisterPlan *plan, const char *folder, const char *name, const char *key,
          const char *note, const char *line, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return FALSE;
    g_autofree char *rest = drop_lines(text, key, note);
    g_autofree char *now = line != NULL ? g_strconcat(rest, note != NULL ? note : "",
                                                      note != NULL ? "\n" : "", line, "\n", NULL)
                                        : g_steal_pointer(&rest);
    if (*now == '\0' && file->content != NULL)
        pf_register_plan_remove(plan, g_steal_pointer(&file));
    else if (!g_str_equal(now, text))
        pf_register_plan_write(plan, g_steal_pointer(&file), now, 0644);
    return TRUE;
}

/* A file that is new says everything; one that somebody has made keeps what else it says. */
static gboolean
plan_own(const PfRegisterPlace *place, const char *folder, PfRegisterPlan *plan, GError **error)
{
    g_autofree char *text = read_text(folder, OWN_FILE);
    g_autofree char *line =
        g_strdup_printf("module: %s%s", place->module,
                        text == NULL || *text == '\0' ? "\ncritical: no\ntrust-policy: no" : "");
    return plan_line(plan, folder, OWN_FILE, "module", NULL, line, error);
}

gboolean
pf_program_p11_kit_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       gboolean replace, PfRegisterPlan *plan, GError **error)
{
    g_autofree char *folder = dup_folder(place);
    if (!target->is_registered && !plan_own(place, folder, plan, error))
        return FALSE;
    for (guint i = 0; replace && i < target->doubles->len; i++) {
        const PfRegisterEntry *entry = target->doubles->pdata[i];
        if (!plan_line(plan, folder, entry->name, "enable-in", OFF_NOTE, OFF_LINE, error))
            return FALSE;
        pf_register_plan_replace(plan, entry);
    }
    return TRUE;
}

gboolean
pf_program_p11_kit_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                          GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    g_autofree char *folder = dup_folder(place);
    PfRegisterFile *own = pf_register_file_read(target->path, error);
    if (own == NULL)
        return FALSE;
    if (own->content != NULL)
        pf_register_plan_remove(plan, own);
    else
        pf_register_file_free(own);
    for (guint i = 0; i < replaced->len; i++) {
        const PfRegisterEntry *entry = replaced->pdata[i];
        if (!plan_line(plan, folder, entry->name, "enable-in", OFF_NOTE, NULL, error))
            return FALSE;
    }
    return TRUE;
}
