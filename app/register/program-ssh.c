/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSSH: of several values ssh takes the first. What is put at the end, for all hosts, leaves
 * every choice that was made before it; what replaces them comes first. */
#include "program-ssh.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define BEGIN    "# Pinfold: begin (pinfoldctl unregister ssh removes this)"
#define END      "# Pinfold: end"
#define KEYWORD  "PKCS11Provider"
#define INCLUDED "/etc/ssh/ssh_config.d"

/* What a line sets it to, NULL if it does not. */
static char *
dup_provider(const char *line)
{
    while (g_ascii_isspace(*line))
        line++;
    gsize len = strlen(KEYWORD);
    if (g_ascii_strncasecmp(line, KEYWORD, len) != 0 || strchr(" \t=", line[len]) == NULL ||
        line[len] == '\0')
        return NULL;
    const char *value = line + len + strspn(line + len, " \t=");
    gboolean is_quoted = *value == '"';
    return g_strndup(value + is_quoted, strcspn(value + is_quoted, is_quoted ? "\"" : " \t\r\n#"));
}

static gboolean
begins_section(const char *line)
{
    return g_regex_match_simple("^\\s*(Host|Match)\\s", line, G_REGEX_CASELESS | G_REGEX_RAW, 0);
}

static void
look(const PfRegisterPlace *place, const char *text, PfRegisterTarget *target)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_for_all = TRUE;
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *library = dup_provider(*line);
        is_for_all = is_for_all && !begins_section(*line);
        if (library == NULL)
            continue;
        if (pf_register_place_is_module(place, library))
            target->is_registered = TRUE;
        /* What comes after one that is for all hosts has no effect. */
        if (target->is_registered && is_for_all)
            return;
        if (target->is_registered && pf_register_place_is_module(place, library))
            continue;
        if (pf_register_place_is_own(place, library))
            target->is_outdated = TRUE;
        else if (pf_register_place_is_double(place, library))
            g_ptr_array_add(target->doubles, pf_register_entry_new(KEYWORD, library, *line));
    }
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
    if (text != NULL)
        look(place, text, target);
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

static gboolean
is_ended(char **lines)
{
    for (; *lines != NULL; lines++) {
        if (g_str_equal(*lines, END))
            return TRUE;
    }
    return FALSE;
}

/* TEXT without what is between the marks, and without lines that name Pinfold's module. Where
 * somebody has taken out the second mark, what follows the first is theirs. */
static char *
drop_own(const PfRegisterPlace *place, const char *text)
{
    GString *kept = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_own = FALSE;
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *library = dup_provider(*line);
        gboolean is_last = line[1] == NULL;
        gboolean is_mark = g_str_equal(*line, BEGIN);
        is_own = is_own || (is_mark && is_ended(line));
        if (!is_own && !is_mark && (library == NULL || !pf_register_place_is_own(place, library)))
            g_string_append_printf(kept, "%s%s", *line, is_last ? "" : "\n");
        if (g_str_equal(*line, END))
            is_own = FALSE;
    }
    return g_string_free(kept, FALSE);
}

gboolean
pf_program_ssh_add(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean replace,
                   PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(target->path, error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, error) : NULL;
    if (text == NULL)
        return FALSE;
    g_autofree char *rest = drop_own(place, text);
    gboolean has_space = strchr(place->module, ' ') != NULL;
    const char *quote = has_space ? "\"" : "";
    gboolean is_first = replace && target->doubles->len > 0;
    gboolean is_alone = place->is_system || is_first;
    g_autofree char *block =
        g_strdup_printf(BEGIN "\n%s" KEYWORD " %s%s%s\n" END "\n",
                        is_alone ? "" : "Match all\n    ", quote, place->module, quote);
    const char *gap = *rest != '\0' && !g_str_has_suffix(rest, "\n") ? "\n" : "";
    g_autofree char *now =
        is_first ? g_strconcat(block, rest, NULL) : g_strconcat(rest, gap, block, NULL);
    for (guint i = 0; is_first && i < target->doubles->len; i++)
        pf_register_plan_replace(plan, target->doubles->pdata[i]);
    pf_register_plan_write(plan, g_steal_pointer(&file), now, place->is_system ? 0644 : 0600);
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
