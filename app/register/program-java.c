/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Java: SunPKCS11 has one slot for each configuration. There is no place of the user's where Java
 * would look for it by itself. */
#include "program-java.h"

#include <glib/gi18n.h>

#include "snippet-file.h"

#define FILE_NAME "java-pkcs11.cfg"

/* As SunPKCS11 reads it. NULL: it has characters that cannot be written so. */
static char *
dup_latin(const char *text)
{
    return g_convert(text, -1, "ISO-8859-1", "UTF-8", NULL, NULL, NULL);
}

void
pf_program_java_find(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    g_autofree char *module = dup_latin(place->module);
    const char *hindrance =
        module == NULL ? _("Java cannot read all characters of the path of Pinfold’s module")
                       : NULL;
    pf_snippet_file_look(place, FILE_NAME, module != NULL ? module : place->module, hindrance,
                         sight);
}

gboolean
pf_program_java_add(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean replace,
                    PfRegisterPlan *plan, GError **error)
{
    g_autofree char *text =
        g_strdup_printf("name = Pinfold\nlibrary = \"%s\"\n"
                        "# Slots are counted from 0: of several tokens this is the first.\n"
                        "slotListIndex = 0\n",
                        place->module);
    g_autofree char *latin = dup_latin(text);
    return pf_snippet_file_add(target, latin, plan, error);
}

char *
pf_program_java_dup_hint(const PfRegisterPlace *place)
{
    g_autofree char *path = pf_snippet_file_dup_path(place, FILE_NAME);
    return g_strdup_printf(_("Use it so: “keytool -list -keystore NONE -storetype PKCS11 "
                             "-providerClass sun.security.pkcs11.SunPKCS11 -providerArg %s”."),
                           path);
}
