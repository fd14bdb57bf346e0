/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Firefox and Thunderbird: they differ in where things are. */
#include "program-mozilla.h"

#include <glib/gi18n.h>

#include "mozilla-policies.h"
#include "mozilla-profiles.h"
#include "nss-database.h"
#include "sandbox-note.h"

typedef struct {
    const char *title;
    const char *home;   /* folder with profiles.ini, below the home directory */
    const char *config; /* the same, below the configuration directory: since 2026 */
    const char *policies;
    const char *distribution[4]; /* policies that the packager brings; NULL ends */
    const char *snap;            /* folders below the home directory */
    const char *flatpak;
    const char *flatpak_id;
} Program;

static const Program firefox = {
    .title = "Firefox",
    .home = ".mozilla/firefox",
    .config = "mozilla/firefox",
    .policies = "/etc/firefox/policies/policies.json",
    .distribution = {"/usr/lib/firefox-esr/distribution/policies.json",
                     "/usr/lib/firefox/distribution/policies.json",
                     "/usr/lib64/firefox/distribution/policies.json"},
    .snap = "snap/firefox/common/.mozilla/firefox",
    .flatpak = ".var/app/org.mozilla.firefox",
    .flatpak_id = "org.mozilla.firefox",
};

static const Program thunderbird = {
    .title = "Thunderbird",
    .home = ".thunderbird",
    .config = "thunderbird",
    .policies = "/etc/thunderbird/policies/policies.json",
    .distribution = {"/usr/lib/thunderbird/distribution/policies.json",
                     "/usr/lib64/thunderbird/distribution/policies.json"},
    .snap = "snap/thunderbird/common/.thunderbird",
    .flatpak = ".var/app/org.mozilla.Thunderbird",
    .flatpak_id = "org.mozilla.Thunderbird",
};

static void
find_policies(const PfRegisterPlace *place, const Program *program, PfRegisterSight *sight)
{
    g_autofree char *path = pf_register_place_dup_system(place, program->policies);
    g_autofree char *fallback = NULL;
    for (gsize i = 0; program->distribution[i] != NULL; i++) {
        g_free(fallback);
        fallback = pf_register_place_dup_system(place, program->distribution[i]);
        if (g_file_test(fallback, G_FILE_TEST_EXISTS))
            break;
        g_clear_pointer(&fallback, g_free);
    }
    g_ptr_array_add(sight->targets, pf_mozilla_policies_look(place, path, fallback));
}

static void
find(const PfRegisterPlace *place, const Program *program, PfRegisterSight *sight)
{
    g_autofree char *in_home = g_build_filename(place->home, program->home, NULL);
    g_autofree char *in_config = g_build_filename(place->config_home, program->config, NULL);
    if (place->is_system) {
        find_policies(place, program, sight);
        return;
    }
    pf_mozilla_profiles_add(place, in_home, sight);
    pf_mozilla_profiles_add(place, in_config, sight);
    pf_sandbox_note_add_snap(place, program->title, program->snap, sight);
    pf_sandbox_note_add_flatpak(place, program->title, program->flatpak, program->flatpak_id,
                                sight);
    if (sight->targets->len == 0)
        g_ptr_array_add(sight->notes,
                        /* Translators: %s is Firefox or Thunderbird. */
                        g_strdup_printf(_("%s has not been used here yet: start it once, then "
                                          "come back."),
                                        program->title));
}

void
pf_program_mozilla_find_firefox(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    find(place, &firefox, sight);
}

void
pf_program_mozilla_find_thunderbird(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    find(place, &thunderbird, sight);
}

gboolean
pf_program_mozilla_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       gboolean replace, PfRegisterPlan *plan, GError **error)
{
    return place->is_system ? pf_mozilla_policies_add(place, target, replace, plan, error)
                            : pf_nss_database_add(place, target, replace, plan, error);
}

gboolean
pf_program_mozilla_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                          GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    return place->is_system ? pf_mozilla_policies_remove(place, target, replaced, plan, error)
                            : pf_nss_database_remove(place, target, replaced, plan, error);
}

char *
pf_program_mozilla_dup_hint(const PfRegisterPlace *place)
{
    return place->is_system
               ? g_strdup(_("Each profile takes it into its own list at its next start, and keeps "
                            "it there when the policy is gone: “pinfoldctl unregister” without "
                            "--system takes it out, for each user."))
               : NULL;
}
