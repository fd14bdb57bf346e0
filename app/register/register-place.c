/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterPlace: paths, and which module is which. */
#include "register-place.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "safe-file.h"

#define MODULE_NAME "pinfold-pkcs11.so"
/* It loads every module that p11-kit knows. */
#define PROXY_NAME "p11-kit-proxy.so"
/* OpenSC's module again, with fewer PINs. */
#define ONEPIN_PREFIX "onepin-"

/* Each kind of file quotes in its own way: what no name of a file needs is not written at all. */
static gboolean
check_module(const char *module, GError **error)
{
    if (g_path_is_absolute(module) && g_utf8_validate(module, -1, NULL) &&
        strpbrk(module, "\"'\\$%#;\n\r\t") == NULL)
        return TRUE;
    g_autofree char *shown = g_filename_display_name(module);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                _("“%s” has characters that not every program can read in a path"), shown);
    return FALSE;
}

/* PATH, or the nearest folder above it that there is, without links; NULL for a link to nothing. */
static char *
dup_real(const char *path)
{
    GStatBuf st;
    g_autofree char *there = g_strdup(path);
    while (g_lstat(there, &st) < 0 && strlen(there) > 1) {
        g_autofree char *below = g_steal_pointer(&there);
        there = g_path_get_dirname(below);
    }
    char *real = realpath(there, NULL);
    char *copy = g_strdup(real);
    free(real);
    return copy;
}

/* But for the home: one that is not there yet is made in a folder that may be the system's. */
static gboolean
is_own(const char *folder, gboolean is_home)
{
    GStatBuf st;
    g_autofree char *real = is_home ? g_strdup(folder) : dup_real(folder);
    return real != NULL && g_stat(real, &st) == 0 &&
           (st.st_uid == geteuid() || (st.st_uid == 0 && !is_home));
}

/* sudo and su may leave the environment as it was: files in these folders would then belong to
 * root. */
static gboolean
check_folders(GError **error)
{
    const char *const folders[] = {g_get_home_dir(), g_get_user_config_dir(), g_get_user_data_dir(),
                                   g_get_user_state_dir()};
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        if (is_own(folders[i], i == 0))
            continue;
        g_autofree char *shown = g_filename_display_name(folders[i]);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                    _("the folder %s is not yours: run this as the user who is to use Pinfold, "
                      "without sudo"),
                    shown);
        return FALSE;
    }
    return TRUE;
}

PfRegisterPlace *
pf_register_place_new(const char *module, gboolean is_system, const char *root, GError **error)
{
    if (!check_module(module, error) || (!is_system && !check_folders(error)))
        return NULL;
    PfRegisterPlace *place = g_new0(PfRegisterPlace, 1);
    place->is_system = is_system;
    place->root = root != NULL ? g_canonicalize_filename(root, NULL) : g_strdup("");
    if (g_str_equal(place->root, "/"))
        *place->root = '\0';
    place->home = g_strdup(g_get_home_dir());
    place->config_home = g_strdup(g_get_user_config_dir());
    place->data_home = g_strdup(g_get_user_data_dir());
    place->records =
        is_system ? g_strconcat(place->root, PF_LOCALSTATEDIR "/lib/pinfold/registered", NULL)
                  : g_build_filename(g_get_user_state_dir(), "pinfold", "registered", NULL);
    place->module = g_strdup(module);
    place->config = is_system ? pf_config_load_system() : pf_config_load();
    if (place->config == NULL)
        g_error("out of memory");
    return place;
}

void
pf_register_place_free(PfRegisterPlace *place)
{
    g_free(place->root);
    g_free(place->home);
    g_free(place->config_home);
    g_free(place->data_home);
    g_free(place->records);
    g_free(place->module);
    pf_config_free(place->config);
    g_free(place);
}

char *
pf_register_place_dup_system(const PfRegisterPlace *place, const char *path)
{
    return g_strconcat(place->root, path, NULL);
}

static gboolean
has_name(const char *library, const char *name)
{
    g_autofree char *base = g_path_get_basename(library);
    return g_str_equal(base, name);
}

static gboolean
is_same_file(const char *a, const char *b)
{
    GStatBuf st_a, st_b;
    return g_str_equal(a, b) || (g_stat(a, &st_a) == 0 && g_stat(b, &st_b) == 0 &&
                                 st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino);
}

gboolean
pf_register_place_is_own(const PfRegisterPlace *place, const char *library)
{
    return has_name(library, MODULE_NAME) || is_same_file(library, place->module);
}

gboolean
pf_register_place_is_module(const PfRegisterPlace *place, const char *library)
{
    return g_str_equal(library, place->module);
}

gboolean
pf_register_place_is_double(const PfRegisterPlace *place, const char *library)
{
    if (pf_register_place_is_own(place, library))
        return FALSE;
    if (has_name(library, PROXY_NAME))
        return TRUE;
    g_autofree char *base = g_path_get_basename(library);
    const char *name = g_str_has_prefix(base, ONEPIN_PREFIX) ? base + strlen(ONEPIN_PREFIX) : base;
    for (gsize i = 0; i < place->config->module_count; i++) {
        const char *backend = place->config->modules[i].path;
        if (is_same_file(library, backend) || has_name(backend, name))
            return TRUE;
    }
    return FALSE;
}

gboolean
pf_register_place_check_module(const PfRegisterPlace *place, GError **error)
{
    PfFileId file;
    if (!place->is_system || *place->root != '\0' ||
        pf_safe_file_check(place->module, "/", 0, &file))
        return TRUE;
    g_autofree char *shown = g_filename_display_name(place->module);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                /* Translators: %s is the path of a module. */
                _("others than root could change %s, or a folder above it, and with it what every "
                  "user’s programs do: install Pinfold where only root can write"),
                shown);
    return FALSE;
}

static gboolean
is_below(const char *path, const char *folder)
{
    gsize len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

gboolean
pf_register_place_check_inside(const PfRegisterPlace *place, const char *path, GError **error)
{
    if (*place->root == '\0')
        return TRUE;
    g_autofree char *plain = g_canonicalize_filename(path, NULL);
    g_autofree char *root = dup_real(place->root);
    g_autofree char *real = dup_real(plain);
    if (g_str_equal(plain, path) && is_below(path, place->root) && root != NULL && real != NULL &&
        is_below(real, root))
        return TRUE;
    g_autofree char *shown = g_filename_display_name(path);
    g_autofree char *shown_root = g_filename_display_name(place->root);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                /* Translators: the path of a file, and the folder that holds a whole system. */
                _("%s leads out of %s"), shown, shown_root);
    return FALSE;
}
