/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A file that is Pinfold's alone: one that does not say so is somebody else's. */
#include "snippet-file.h"

#include <glib/gi18n.h>
#include <string.h>

#define MARK "# Written by pinfoldctl register; pinfoldctl unregister removes it.\n"

char *
pf_snippet_file_dup_path(const PfRegisterPlace *place, const char *name)
{
    g_autofree char *folder = place->is_system
                                  ? pf_register_place_dup_system(place, PF_SYSCONFDIR "/pinfold")
                                  : g_build_filename(place->config_home, "pinfold", NULL);
    return g_build_filename(folder, name, NULL);
}

void
pf_snippet_file_look(const PfRegisterPlace *place, const char *name, const char *module,
                     const char *hindrance, PfRegisterSight *sight)
{
    g_autofree char *path = pf_snippet_file_dup_path(place, name);
    g_autoptr(GError) error = NULL;
    PfRegisterTarget *target =
        pf_register_target_new(place->is_system ? _("configuration for all users")
                                                : _("configuration of the user"),
                               path);
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, &error);
    g_autofree char *text = file != NULL ? pf_register_file_dup_text(file, &error) : NULL;
    g_ptr_array_add(sight->targets, target);
    if (text == NULL) {
        target->hindrance = g_strdup(error->message);
        target->is_unknown = TRUE;
    } else if (*text != '\0' && !g_str_has_prefix(text, MARK)) {
        g_autofree char *shown = g_filename_display_name(path);
        target->hindrance = g_strdup_printf(_("%s was not written by Pinfold"), shown);
        target->is_unknown = TRUE;
    } else {
        target->is_registered = strstr(text, module) != NULL;
        target->is_outdated = *text != '\0' && !target->is_registered;
        if (!pf_register_file_check_writable(file, &error))
            target->hindrance = g_strdup(error->message);
        else if (!target->is_registered && !target->is_outdated)
            target->hindrance = g_strdup(hindrance);
    }
}

gboolean
pf_snippet_file_add(const PfRegisterTarget *target, const char *text, PfRegisterPlan *plan,
                    GError **error)
{
    PfRegisterFile *file = pf_register_file_read(target->path, error);
    g_autofree char *marked = g_strconcat(MARK, text, NULL);
    if (file != NULL)
        pf_register_plan_write(plan, file, marked, 0644);
    return file != NULL;
}

gboolean
pf_snippet_file_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    PfRegisterFile *file = pf_register_file_read(target->path, error);
    if (file != NULL)
        pf_register_plan_remove(plan, file);
    return file != NULL;
}
