/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Sandboxes: p11-kit has a server outside and a module inside that is its client. */
#include "sandbox-note.h"

#include <glib/gi18n.h>

static gboolean
is_there(const PfRegisterPlace *place, const char *folder)
{
    g_autofree char *path = g_build_filename(place->home, folder, NULL);
    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

void
pf_sandbox_note_add_snap(const PfRegisterPlace *place, const char *title, const char *folder,
                         PfRegisterSight *sight)
{
    if (!is_there(place, folder))
        return;
    sight->is_in_sandbox = TRUE;
    g_ptr_array_add(sight->notes,
                    /* Translators: %s is the name of a program. */
                    g_strdup_printf(_("%s is also here as a Snap, whose sandbox loads no module of "
                                      "the system: it is left as it is. Use the package of your "
                                      "distribution, or the one of the program’s makers."),
                                    title));
}

void
pf_sandbox_note_add_flatpak(const PfRegisterPlace *place, const char *title, const char *folder,
                            const char *id, PfRegisterSight *sight)
{
    if (!is_there(place, folder))
        return;
    sight->is_in_sandbox = TRUE;
    g_ptr_array_add(sight->notes,
                    /* Translators: %s is the name of a program. */
                    g_strdup_printf(_("%s is also here as a Flatpak, whose sandbox loads no module "
                                      "of the system: it is left as it is."),
                                    title));
    g_ptr_array_add(
        sight->hints,
        /* Translators: a path, and an ID; what is in quotes are commands. */
        g_strdup_printf(_("p11-kit can bring the module into the Flatpak: run "
                          "“mkdir -p $XDG_RUNTIME_DIR/p11-kit; p11-kit server -n "
                          "$XDG_RUNTIME_DIR/p11-kit/pkcs11 --provider %s "
                          "pkcs11:”, allow the socket by “flatpak override --user "
                          "--filesystem=xdg-run/p11-kit %s”, and load p11-kit-client.so as a "
                          "security device in the program."),
                        place->module, id));
}
