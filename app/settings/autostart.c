/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Autostart: files are read and written on a thread; the lowest layer is GKeyFile. */
#include "autostart.h"

#include <errno.h>
#include <gio/gdesktopappinfo.h>
#include <string.h>

#include "own-program.h"
#include "wire-names.h"

#define ENTRY PF_WIRE_APP_NAME ".desktop"
#define GNOME "X-GNOME-Autostart-enabled" /* as desktops' own switches write it */
#define FLAGS (G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS)

char *
pf_autostart_dup_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "autostart", ENTRY, NULL);
}

/* NULL and no error: there is no such file. */
static GKeyFile *
load(const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (g_key_file_load_from_file(file, path, FLAGS, &failure) &&
        !g_key_file_has_group(file, G_KEY_FILE_DESKTOP_GROUP))
        g_set_error_literal(&failure, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
                            "no desktop entry");
    if (failure == NULL)
        return g_steal_pointer(&file);
    if (!g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

/* The first of the system's that can be read: the folders are in order of importance. */
static GKeyFile *
load_system(void)
{
    const char *const *dirs = g_get_system_config_dirs();
    GKeyFile *file = NULL;
    for (gsize i = 0; file == NULL && dirs[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(dirs[i], "autostart", ENTRY, NULL);
        file = load(path, NULL);
    }
    return file;
}

static gboolean
is_true(GKeyFile *file, const char *key, gboolean fallback)
{
    g_autoptr(GError) error = NULL;
    gboolean value = g_key_file_get_boolean(file, G_KEY_FILE_DESKTOP_GROUP, key, &error);
    return error == NULL ? value : fallback;
}

/* An entry that is hidden, meant for other desktops, or whose program is gone starts nothing. */
static gboolean
is_on(GKeyFile *file)
{
    g_autoptr(GDesktopAppInfo) info =
        file != NULL ? g_desktop_app_info_new_from_keyfile(file) : NULL;
    return info != NULL && !g_desktop_app_info_get_is_hidden(info) &&
           g_desktop_app_info_get_show_in(info, NULL) && is_true(file, GNOME, TRUE);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = pf_autostart_dup_path();
    g_autoptr(GKeyFile) own = load(path, &error);
    if (error != NULL) {
        g_task_return_int(task, PF_AUTOSTART_BROKEN);
        return;
    }
    g_autoptr(GKeyFile) system = own == NULL ? load_system() : NULL;
    g_task_return_int(task, is_on(own != NULL ? own : system) ? PF_AUTOSTART_ON : PF_AUTOSTART_OFF);
}

void
pf_autostart_read_async(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_run_in_thread(task, read_in_thread);
}

PfAutostart
pf_autostart_read_finish(GAsyncResult *result)
{
    gssize state = g_task_propagate_int(G_TASK(result), NULL);
    return state < 0 ? PF_AUTOSTART_OFF : (PfAutostart)state;
}

/* In an Exec line: quoted, as the desktop entry specification wants it, and its escapes again as
 * those of a key file's string. */
static char *
dup_exec_line(void)
{
    g_autofree char *program = pf_own_program_dup(NULL);
    g_autoptr(GString) line = g_string_new("\"");
    for (const char *c = program != NULL ? program : "pinfold"; *c != '\0'; c++) {
        if (strchr("\"`$\\", *c) != NULL)
            g_string_append_c(line, '\\');
        g_string_append_c(line, *c);
        if (*c == '%')
            g_string_append_c(line, '%');
    }
    g_string_append(line, "\" --gapplication-service");
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static void
fill_in(GKeyFile *file)
{
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    g_autofree char *exec = dup_exec_line();
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_TYPE, "Application");
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_NAME, "Pinfold");
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_ICON, PF_WIRE_APP_NAME);
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_EXEC, exec);
}

static gboolean
save(GKeyFile *file, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", folder,
                    g_strerror(errno));
        return FALSE;
    }
    return g_key_file_save_to_file(file, path, error);
}

static gboolean
switch_on(GKeyFile *own, GKeyFile *system, const char *path, GError **error)
{
    static const char *const obstacles[] = {G_KEY_FILE_DESKTOP_KEY_ONLY_SHOW_IN,
                                            G_KEY_FILE_DESKTOP_KEY_NOT_SHOW_IN,
                                            G_KEY_FILE_DESKTOP_KEY_TRY_EXEC,
                                            G_KEY_FILE_DESKTOP_KEY_PATH};
    g_autoptr(GKeyFile) file = own != NULL ? g_key_file_ref(own) : g_key_file_new();
    if (own == NULL && is_on(system))
        return TRUE;
    g_key_file_remove_key(file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL);
    g_key_file_remove_key(file, G_KEY_FILE_DESKTOP_GROUP, GNOME, NULL);
    if (!is_on(file)) {
        for (gsize i = 0; i < G_N_ELEMENTS(obstacles); i++)
            g_key_file_remove_key(file, G_KEY_FILE_DESKTOP_GROUP, obstacles[i], NULL);
        fill_in(file);
    }
    return save(file, path, error);
}

/* What the system has can only be hidden. */
static gboolean
switch_off(GKeyFile *own, GKeyFile *system, const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = own != NULL ? g_key_file_ref(own) : g_key_file_new();
    if (own == NULL && system == NULL)
        return TRUE;
    if (own == NULL)
        fill_in(file);
    g_key_file_set_boolean(file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, TRUE);
    return save(file, path, error);
}

static void
write_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = pf_autostart_dup_path();
    g_autoptr(GKeyFile) own = load(path, &error);
    g_autoptr(GKeyFile) system = load_system();
    gboolean ok = error == NULL && (GPOINTER_TO_INT(data) ? switch_on(own, system, path, &error)
                                                          : switch_off(own, system, path, &error));
    if (ok)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

void
pf_autostart_write_async(gboolean on, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_set_task_data(task, GINT_TO_POINTER(on), NULL);
    g_task_run_in_thread(task, write_in_thread);
}

gboolean
pf_autostart_write_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
