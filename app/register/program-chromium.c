/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Chromium: ~/.pki/nssdb, or where that is not there pki/nssdb in the user's data directory. A
 * browser that runs has read the list already and writes nothing to it. */
#include "program-chromium.h"

#include <glib/gi18n.h>

#include "nss-database.h"
#include "sandbox-note.h"

static void
add_database(const PfRegisterPlace *place, const char *folder, PfRegisterSight *sight)
{
    g_autofree char *path = g_build_filename(folder, "pkcs11.txt", NULL);
    PfRegisterTarget *target =
        /* Translators: NSS is a library of Mozilla's. */
        pf_register_target_new(_("NSS database of the user"), path);
    pf_nss_database_look(place, folder, target);
    g_ptr_array_add(sight->targets, target);
}

void
pf_program_chromium_find(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    g_autofree char *in_home = g_build_filename(place->home, ".pki", "nssdb", NULL);
    g_autofree char *in_data = g_build_filename(place->data_home, "pki", "nssdb", NULL);
    gboolean has_data = g_file_test(in_data, G_FILE_TEST_IS_DIR);
    if (place->is_system) {
        g_ptr_array_add(sight->notes,
                        g_strdup(_("Chromium has no list of modules for all users: each registers "
                                   "it without --system.")));
        return;
    }
    /* Where neither is there, the first one is made: every version looks there. */
    if (!has_data || g_file_test(in_home, G_FILE_TEST_IS_DIR))
        add_database(place, in_home, sight);
    if (has_data)
        add_database(place, in_data, sight);
    pf_sandbox_note_add_snap(place, "Chromium", "snap/chromium/common/chromium", sight);
    pf_sandbox_note_add_flatpak(place, "Chromium", ".var/app/org.chromium.Chromium",
                                "org.chromium.Chromium", sight);
    pf_sandbox_note_add_flatpak(place, "Chrome", ".var/app/com.google.Chrome", "com.google.Chrome",
                                sight);
}

gboolean
pf_program_chromium_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                        gboolean replace, PfRegisterPlan *plan, GError **error)
{
    return pf_nss_database_add(place, target, replace, plan, error);
}

gboolean
pf_program_chromium_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                           GPtrArray *replaced, PfRegisterPlan *plan, GError **error)
{
    return pf_nss_database_remove(place, target, replaced, plan, error);
}

char *
pf_program_chromium_dup_hint(const PfRegisterPlace *place)
{
    return place->is_system ? NULL
                            : g_strdup(_("A browser that runs now sees the change when it is "
                                         "started again."));
}
