/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* SoftHSM: looks for its configuration where the library does. */
#include "tokens-softhsm.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "tokens-field.h"

#define FILE_PREFIX "libsofthsm2"
#define TOOL        "softhsm2-util"

gboolean
pf_tokens_softhsm_is_loaded(CK_FUNCTION_LIST *p11)
{
    CK_INFO info = {0};
    if (p11->C_GetInfo(&info) != CKR_OK)
        return FALSE;
    g_autofree char *maker = pf_tokens_field_dup(info.manufacturerID, sizeof info.manufacturerID);
    return g_str_equal(maker, "SoftHSM");
}

char *
pf_tokens_softhsm_dup_path(void)
{
    PfConfig *config = pf_config_load();
    char *path = NULL;
    for (gsize i = 0; config != NULL && i < config->module_count && path == NULL; i++) {
        g_autofree char *name = g_path_get_basename(config->modules[i].path);
        if (g_str_has_prefix(name, FILE_PREFIX))
            path = g_strdup(config->modules[i].path);
    }
    pf_config_free(config);
    return path;
}

/* The folder for tokens that the configuration FILE names; NULL: it cannot be read. */
static char *
dup_folder(const char *file)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(file, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *value = strchr(*line, '=');
        if (value == NULL)
            continue;
        *value++ = '\0';
        if (g_str_equal(g_strstrip(*line), "directories.tokendir"))
            return g_strdup(g_strstrip(value));
    }
    return NULL;
}

static gboolean
has_entries(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    return dir != NULL && g_dir_read_name(dir) != NULL;
}

static gboolean
is_machine_usable(void)
{
    static const char *const files[] = {"/etc/softhsm/softhsm2.conf", "/etc/softhsm2.conf"};
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *folder = dup_folder(files[i]);
        if (folder != NULL && (access(folder, W_OK | X_OK) == 0 || has_entries(folder)))
            return TRUE;
    }
    return FALSE;
}

/* SoftHSM looks in the home folder, whatever XDG_CONFIG_HOME says. What fails here is seen when it
 * does not start. */
void
pf_tokens_softhsm_prepare(void)
{
    g_autofree char *folder = g_build_filename(g_get_home_dir(), ".config", "softhsm2", NULL);
    g_autofree char *file = g_build_filename(folder, "softhsm2.conf", NULL);
    if (g_getenv("SOFTHSM2_CONF") != NULL || g_file_test(file, G_FILE_TEST_EXISTS) ||
        is_machine_usable())
        return;
    g_autofree char *tokens = g_build_filename(g_get_user_data_dir(), "softhsm2", "tokens", NULL);
    g_autofree char *text = g_strdup_printf("# Written by Pinfold.\n"
                                            "directories.tokendir = %s\n"
                                            "objectstore.backend = file\n"
                                            "log.level = ERROR\n",
                                            tokens);
    if (g_mkdir_with_parents(tokens, 0700) == 0 && g_mkdir_with_parents(folder, 0700) == 0)
        g_file_set_contents_full(file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

PfTokensFault
pf_tokens_softhsm_delete(const PfTokensTarget *target)
{
    const CK_TOKEN_INFO *info = &target->info;
    g_autofree char *serial = pf_tokens_field_dup(info->serialNumber, sizeof info->serialNumber);
    g_autofree char *label = pf_tokens_field_dup(info->label, sizeof info->label);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) tool =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, TOOL, "--delete-token", "--serial", serial, "--token", label,
                         NULL);
    if (tool == NULL)
        return g_error_matches(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT) ? PF_TOKENS_FAULT_NO_TOOL
                                                                          : PF_TOKENS_FAULT_FAILED;
    return g_subprocess_wait_check(tool, NULL, NULL) ? PF_TOKENS_FAULT_NONE
                                                     : PF_TOKENS_FAULT_FAILED;
}
