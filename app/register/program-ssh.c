/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSSH: of several values ssh takes the first. What is put at the end, for all hosts, leaves
 * every choice that was made before it; what replaces them comes first. */
#include "program-ssh.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "ssh-config.h"

#define BEGIN    "# Pinfold: begin (pinfoldctl unregister ssh removes this)"
#define END      "# Pinfold: end"
#define KEYWORD  "PKCS11Provider"
#define INCLUDED "/etc/ssh/ssh_config.d"
/* As ssh has it, which finds the home by itself. */
#define USER_FOLDER "~/.ssh"

/* Is it set in our own file, TARGET's? */
static gboolean
is_here(const PfSshConfigSetting *setting, const PfRegisterTarget *target)
{
    return setting->path == NULL || g_str_equal(setting->path, target->path);
}

/* SETTINGS of TARGET's file, and of what it includes. */
static void
look(const PfRegisterPlace *place, const GPtrArray *settings, PfRegisterTarget *target)
{
    for (guint i = 0; i < settings->len; i++) {
        const PfSshConfigSetting *setting = settings->pdata[i];
        if (pf_register_place_is_module(place, setting->library))
            target->is_registered = TRUE;
        /* What comes after one that is for all hosts has no effect. */
        if (target->is_registered && setting->is_for_all)
            return;
        if (!pf_register_place_is_module(place, setting->library) && is_here(setting, target) &&
            pf_register_place_is_own(place, setting->library))
            target->is_outdated = TRUE;
    }
}

static char *
dup_name(const PfSshConfigSetting *setting, const PfRegisterTarget *target)
{
    g_autofree char *shown =
        is_here(setting, target) ? NULL : g_filename_display_name(setting->path);
    return shown != NULL ? g_strconcat(shown, ": ", KEYWORD, NULL) : g_strdup(KEYWORD);
}

/* SETTINGS are all that ssh meets: those before ours go into DOUBLES. */
static void
look_for_doubles(const PfRegisterPlace *place, const GPtrArray *settings,
                 const PfRegisterTarget *target, GPtrArray *doubles)
{
    for (guint i = 0; i < settings->len; i++) {
        const PfSshConfigSetting *setting = settings->pdata[i];
        gboolean is_module = pf_register_place_is_module(place, setting->library);
        g_autofree char *name = dup_name(setting, target);
        if (is_module && setting->is_for_all)
            return;
        /* What another installation has put into a file of somebody else's stays there. */
        if (pf_register_place_is_double(place, setting->library) ||
            (!is_module && !is_here(setting, target) &&
             pf_register_place_is_own(place, setting->library)))
            g_ptr_array_add(doubles, pf_register_entry_new(name, setting->library, setting->line));
    }
}

static void
look_for_user(const PfRegisterPlace *place, const char *text, PfRegisterTarget *target)
{
    const PfSshConfigBase base = {"", USER_FOLDER, target->path};
    g_autoptr(GPtrArray) settings = pf_ssh_config_list(text, &base);
    look(place, settings, target);
    look_for_doubles(place, settings, target, target->doubles);
}

static void
look_for_system(const PfRegisterPlace *place, const char *text, PfRegisterTarget *target)
{
    g_autofree char *folder = pf_register_place_dup_system(place, "/etc/ssh");
    g_autofree char *path = pf_register_place_dup_system(place, "/etc/ssh/ssh_config");
    const PfSshConfigBase base = {place->root, folder, path};
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, NULL);
    g_autofree char *all = file != NULL ? pf_register_file_dup_text(file, NULL) : NULL;
    g_autoptr(GPtrArray) own = pf_ssh_config_list(text, NULL);
    g_autoptr(GPtrArray) settings = pf_ssh_config_list(all != NULL ? all : "", &base);
    look(place, own, target);
    look_for_doubles(place, settings, target, target->doubles);
}

static gboolean
is_included(const PfRegisterPlace *place)
{
    g_autofree char *path = pf_register_place_dup_system(place, "/etc/ssh/ssh_config");
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) &&
           g_regex_match_simple("^\\s*Include\\s+\"?" INCLUDED "/\\*\\.conf", text,
                                G_REGEX_MULTILINE | G_REGEX_CASELESS | G_REGEX_RAW, 0);
}

void
pf_program_ssh_find(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    g_autofree char *path = place->is_system
                                ? pf_register_place_dup_system(place, INCLUDED "/60-pinfold.conf")
                                : g_build_filename(place->home, ".ssh", "config", NULL);
    g_autoptr(GError) error = NULL;
    PfRegisterTarget *target =
        pf_register_target_new(place->is_system ? _("configuration for all users")
                                                : _("configuration of the user"),
                               path);
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, &error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, &error) : NULL;
    if (text != NULL && place->is_system)
        look_for_system(place, text, target);
    else if (text != NULL)
        look_for_user(place, text, target);
    if (text == NULL || !pf_register_file_check_writable(file, &error))
        target->hindrance = g_strdup(error->message);
    else if (place->is_system && !is_included(place))
        target->hindrance =
            g_strdup_printf(_("/etc/ssh/ssh_config does not read the files of %s: add the line "
                              "“Include %s/*.conf” at its start"),
                            INCLUDED, INCLUDED);
    target->is_unknown = text == NULL;
    g_ptr_array_add(sight->targets, target);
}

/* Is the next mark behind the beginning at LINE an end? */
static gboolean
has_end(char **line)
{
    do {
        line++;
    } while (*line != NULL && !g_str_equal(*line, BEGIN) && !g_str_equal(*line, END));
    return *line != NULL && g_str_equal(*line, END);
}

/* TEXT without what is between the marks, and without lines that name Pinfold's module. Behind a
 * beginning that somebody has left without an end everything is somebody else's. */
static char *
drop_own(const PfRegisterPlace *place, const char *text)
{
    GString *kept = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_own = FALSE;
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *library = pf_ssh_config_dup_library(*line);
        gboolean is_last = line[1] == NULL;
        gboolean is_begin = g_str_equal(*line, BEGIN);
        gboolean is_end = g_str_equal(*line, END);
        is_own = is_own || (is_begin && has_end(line));
        if (!is_own && !is_begin && !is_end &&
            (library == NULL || !pf_register_place_is_own(place, library)))
            g_string_append_printf(kept, "%s%s", *line, is_last ? "" : "\n");
        is_own = is_own && !is_end;
    }
    return g_string_free(kept, FALSE);
}

/* The doubles in REST, a user's file without what is ours: some come after it as long as it is
 * there, and would be the first if it moved to the end. */
static GPtrArray *
list_doubles(const PfRegisterPlace *place, const PfRegisterTarget *target, const char *rest)
{
    const PfSshConfigBase base = {"", USER_FOLDER, target->path};
    g_autoptr(GPtrArray) settings = pf_ssh_config_list(rest, &base);
    GPtrArray *doubles = pf_register_entry_list_new();
    look_for_doubles(place, settings, target, doubles);
    return doubles;
}

gboolean
pf_program_ssh_add(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean replace,
                   PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(target->path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return FALSE;
    const PfRegisterEntry *other =
        place->is_system && target->doubles->len > 0 ? target->doubles->pdata[0] : NULL;
    if (replace && other != NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                    /* Translators: “FILE: KEYWORD”, and the path of a module. */
                    _("“%s” (%s) comes before what Pinfold would say: take it out there"),
                    other->name, other->library);
        return FALSE;
    }
    g_autofree char *rest = drop_own(place, text);
    gboolean has_space = strchr(place->module, ' ') != NULL;
    const char *quote = has_space ? "\"" : "";
    g_autoptr(GPtrArray) doubles =
        replace && !place->is_system ? list_doubles(place, target, rest) : NULL;
    gboolean is_first = doubles != NULL && doubles->len > 0;
    gboolean is_alone = place->is_system || is_first;
    g_autofree char *block =
        g_strdup_printf(BEGIN "\n%s" KEYWORD " %s%s%s\n" END "\n",
                        is_alone ? "" : "Match all\n    ", quote, place->module, quote);
    const char *gap = *rest != '\0' && !g_str_has_suffix(rest, "\n") ? "\n" : "";
    g_autofree char *now =
        is_first ? g_strconcat(block, rest, NULL) : g_strconcat(rest, gap, block, NULL);
    for (guint i = 0; is_first && i < doubles->len; i++)
        pf_register_plan_replace(plan, doubles->pdata[i]);
    pf_register_plan_write(plan, g_steal_pointer(&file), now, place->is_system ? 0644 : 0600);
    return TRUE;
}

/* FALSE with *ERROR where a file that TEXT, which is to stand in PATH, includes names the module.
 */
static gboolean
check_included(const PfRegisterPlace *place, const char *path, const char *text, GError **error)
{
    const PfSshConfigBase base = {"", USER_FOLDER, path};
    g_autoptr(GPtrArray) settings = pf_ssh_config_list(text, &base);
    for (guint i = 0; i < settings->len; i++) {
        const PfSshConfigSetting *setting = settings->pdata[i];
        if (setting->path == NULL || !pf_register_place_is_module(place, setting->library))
            continue;
        g_autofree char *shown = g_filename_display_name(setting->path);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                    _("%s names it, which Pinfold has not written: take the line out there"),
                    shown);
        return FALSE;
    }
    return TRUE;
}

gboolean
pf_program_ssh_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                      GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(target->path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return FALSE;
    g_autofree char *rest = drop_own(place, text);
    if (!place->is_system && !check_included(place, target->path, rest, error))
        return FALSE;
    if (*rest == '\0')
        pf_register_plan_remove(plan, g_steal_pointer(&file));
    else
        pf_register_plan_write(plan, g_steal_pointer(&file), rest, 0600);
    return TRUE;
}

char *
pf_program_ssh_dup_hint(const PfRegisterPlace *place)
{
    return g_strdup_printf(_("ssh asks for the PIN itself or in Pinfold’s dialog. For the agent: "
                             "“ssh-add -s %s”; where ssh-agent refuses the path, start it with "
                             "“-P %s”."),
                           place->module, place->module);
}
