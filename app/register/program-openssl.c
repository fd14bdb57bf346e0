/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSSL: the system's openssl.cnf is read by every program that uses the library, the SSH server
 * among them, and is left alone. A file of Pinfold's own includes it and adds the engine of libp11
 * and pkcs11-provider, whichever is installed; programs are told of it by OPENSSL_CONF. */
#include "program-openssl.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "snippet-file.h"

#define FILE_NAME "openssl.cnf"

typedef struct {
    char *engine; /* the paths of what is installed, as programs see them; or NULL */
    char *provider;
    char *system; /* the system's configuration; "" for none */
    CONF *conf;   /* what it says; NULL where that is not understood */
} Found;

/* NULL: it is not installed. */
static char *
dup_installed(const PfRegisterPlace *place, int which, const char *name)
{
    const char *folder = OPENSSL_info(which);
    g_autofree char *path = folder != NULL ? g_build_filename(folder, name, NULL) : NULL;
    g_autofree char *real = path != NULL ? pf_register_place_dup_system(place, path) : NULL;
    return real != NULL && g_file_test(real, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

static void
found_clear(Found *found)
{
    g_free(found->engine);
    g_free(found->provider);
    g_free(found->system);
    NCONF_free(found->conf);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static void
search(const PfRegisterPlace *place, Found *found)
{
    found->engine = dup_installed(place, OPENSSL_INFO_ENGINES_DIR, "pkcs11.so");
    found->provider = dup_installed(place, OPENSSL_INFO_MODULES_DIR, "pkcs11.so");
    found->system = dup_installed(place, OPENSSL_INFO_CONFIG_DIR, "openssl.cnf");
    found->conf = NCONF_new(NULL);
    if (found->system == NULL)
        return;
    g_autofree char *real = pf_register_place_dup_system(place, found->system);
    if (NCONF_load(found->conf, real, NULL) > 0)
        return;
    ERR_clear_error();
    NCONF_free(found->conf);
    found->conf = NULL;
}

void
pf_program_openssl_find(const PfRegisterPlace *place, PfRegisterSight *sight)
{
    g_auto(Found) found = {0};
    search(place, &found);
    const char *hindrance = NULL;
    if (found.engine == NULL && found.provider == NULL)
        hindrance = _("A package is missing: install libengine-pkcs11-openssl or "
                      "pkcs11-provider (Debian), openssl-pkcs11 or pkcs11-provider (Fedora).");
    else if (found.conf == NULL)
        hindrance = _("The system’s openssl.cnf cannot be understood.");
    pf_snippet_file_look(place, FILE_NAME, place->module, hindrance, sight);
}

/* What KEY of SECTION names, which is a section too; where it names none, MADE, by a line that is
 * added to LINES. */
static char *
dup_section(const Found *found, const char *section, const char *key, const char *made,
            GString *lines)
{
    ERR_set_mark();
    const char *name = NCONF_get_string(found->conf, section, key);
    ERR_pop_to_mark();
    if (name == NULL)
        g_string_append_printf(lines, "%s = %s\n", key, made);
    return g_strdup(name != NULL ? name : made);
}

static void
add_engine(const Found *found, const PfRegisterPlace *place, const char *section, GString *text)
{
    g_string_append_printf(text,
                           "\n[%s]\npkcs11 = pinfold_engine\n"
                           "\n[pinfold_engine]\nengine_id = pkcs11\ndynamic_path = %s\n"
                           "MODULE_PATH = %s\ninit = 0\n",
                           section, found->engine, place->module);
}

/* Where one provider is named, the default one is not there by itself any more. */
static void
add_provider(const Found *found, const PfRegisterPlace *place, const char *section, GString *text)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autofree char *standard = dup_section(found, section, "default", "pinfold_default", lines);
    g_string_append_printf(text, "\n[%s]\n%spkcs11 = pinfold_provider\n", section, lines->str);
    g_string_append_printf(text, "\n[%s]\nactivate = 1\n", standard);
    g_string_append_printf(text,
                           "\n[pinfold_provider]\nmodule = %s\npkcs11-module-path = %s\n"
                           "activate = 1\n",
                           found->provider, place->module);
}

static char *
make_text(const Found *found, const PfRegisterPlace *place)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) sections = g_string_new(NULL);
    g_autofree char *init = dup_section(found, NULL, "openssl_conf", "pinfold_init", text);
    if (found->system != NULL)
        g_string_append_printf(text, ".include %s\n", found->system);
    g_string_append_printf(text, "\n[%s]\n", init);
    if (found->engine != NULL) {
        g_autofree char *engines = dup_section(found, init, "engines", "pinfold_engines", text);
        add_engine(found, place, engines, sections);
    }
    if (found->provider != NULL) {
        g_autofree char *providers =
            dup_section(found, init, "providers", "pinfold_providers", text);
        add_provider(found, place, providers, sections);
    }
    return g_strconcat(text->str, sections->str, NULL);
}

gboolean
pf_program_openssl_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       gboolean replace, PfRegisterPlan *plan, GError **error)
{
    g_auto(Found) found = {0};
    search(place, &found);
    /* What hinders it was said by the target before; it may have come since. */
    if (found.conf == NULL || (found.engine == NULL && found.provider == NULL)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                            _("The system’s openssl.cnf cannot be understood."));
        return FALSE;
    }
    g_autofree char *text = make_text(&found, place);
    return pf_snippet_file_add(target, text, plan, error);
}

char *
pf_program_openssl_dup_hint(const PfRegisterPlace *place)
{
    g_autofree char *path = pf_snippet_file_dup_path(place, FILE_NAME);
    return g_strdup_printf(_("Programs use it where they are started with OPENSSL_CONF=%s; keys "
                             "are named by pkcs11: URIs."),
                           path);
}
