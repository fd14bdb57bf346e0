/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Program names: desktop files by executable, Flatpak's info file, Snap's security label. */
#include "program-name.h"

#include <gio/gdesktopappinfo.h>
#include <gio/gio.h>
#include <string.h>

#include "flatpak-info.h"

/* Programs that are remembered. */
#define KNOWN_MAX 256u

static char *
find_flatpak_id(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/root/.flatpak-info", (int)pid);
    return pf_flatpak_info_dup_id(path);
}

/* The label is "snap.NAME.APP (mode)". */
static char *
find_snap_id(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/attr/current", (int)pid);
    g_autofree char *label = NULL;
    if (!g_file_get_contents(path, &label, NULL, NULL) || !g_str_has_prefix(label, "snap."))
        return NULL;
    g_auto(GStrv) parts = g_strsplit(label, ".", 3);
    return g_strv_length(parts) == 3 ? g_strdup(parts[1]) : NULL;
}

char *
pf_program_name_find_sandbox(pid_t pid)
{
    char *id = find_flatpak_id(pid);
    return id != NULL ? id : find_snap_id(pid);
}

gboolean
pf_program_name_is_started_by(GAppInfo *info, const char *exe)
{
    const char *command = g_app_info_get_executable(info);
    if (command == NULL)
        return FALSE;
    g_autofree char *found = g_find_program_in_path(command);
    g_autofree char *resolved = found != NULL ? g_canonicalize_filename(found, "/") : NULL;
    if (g_strcmp0(resolved, exe) == 0)
        return TRUE;
    /* Browsers are started by a script of the same name, Thunderbird's script starts a link to
     * thunderbird-bin. */
    g_autofree char *started = g_path_get_basename(command);
    g_autofree char *running = g_path_get_basename(exe);
    if (g_str_has_suffix(running, "-bin") && !g_str_has_suffix(started, "-bin"))
        running[strlen(running) - strlen("-bin")] = '\0';
    return strcmp(started, running) == 0;
}

static GAppInfo *
find_app_info(const char *exe, const char *sandbox)
{
    if (sandbox != NULL) {
        g_autofree char *id = g_strconcat(sandbox, ".desktop", NULL);
        return (GAppInfo *)g_desktop_app_info_new(id);
    }
    if (exe[0] == '\0')
        return NULL;
    GAppInfo *found = NULL;
    GList *all = g_app_info_get_all();
    for (GList *l = all; l != NULL && found == NULL; l = l->next) {
        if (pf_program_name_is_started_by(l->data, exe))
            found = g_object_ref(l->data);
    }
    g_list_free_full(all, g_object_unref);
    return found;
}

gboolean
pf_program_name_is_of_desktop_file(const char *file, const char *exe, const char *sandbox)
{
    g_autoptr(GDesktopAppInfo) info = g_desktop_app_info_new(file);
    if (info == NULL)
        return FALSE;
    g_autofree char *flatpak = g_desktop_app_info_get_string(info, "X-Flatpak");
    g_autofree char *snap = g_desktop_app_info_get_string(info, "X-SnapInstanceName");
    if (sandbox != NULL)
        return g_strcmp0(flatpak, sandbox) == 0 || g_strcmp0(snap, sandbox) == 0;
    /* What starts a sandbox is not what runs in it. */
    return flatpak == NULL && snap == NULL && exe[0] != '\0' &&
           pf_program_name_is_started_by(G_APP_INFO(info), exe);
}

/* What was looked up, by executable and sandbox, until desktop files come or go: a status of a
 * thousand processes reads them once. Main thread only, as all of the agent. */
static GHashTable *known;

static void
on_desktop_files_changed(GAppInfoMonitor *monitor, gpointer data)
{
    g_hash_table_remove_all(known);
}

static void
start_knowing(void)
{
    if (known != NULL)
        return;
    known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
    g_signal_connect(g_app_info_monitor_get(), "changed", G_CALLBACK(on_desktop_files_changed),
                     NULL);
}

void
pf_program_name_describe(GAppInfo *info, const char *exe, const char *sandbox, char **ret_name,
                         char **ret_icon)
{
    GIcon *icon = info != NULL ? g_app_info_get_icon(info) : NULL;
    if (info != NULL)
        *ret_name = g_strdup(g_app_info_get_display_name(info));
    else if (sandbox != NULL)
        *ret_name = g_strdup(sandbox);
    else
        *ret_name = exe[0] != '\0' ? g_path_get_basename(exe) : g_strdup("");
    *ret_icon = icon != NULL ? g_icon_to_string(icon) : NULL;
    if (*ret_icon == NULL)
        *ret_icon = g_strdup("");
}

void
pf_program_name_look_up(const char *exe, const char *sandbox, char **ret_name, char **ret_icon)
{
    start_knowing();
    g_autofree char *key = g_strdup_printf("%s\n%s", sandbox != NULL ? sandbox : "", exe);
    char **found = g_hash_table_lookup(known, key);
    if (found == NULL) {
        found = g_new0(char *, 3);
        g_autoptr(GAppInfo) info = find_app_info(exe, sandbox);
        pf_program_name_describe(info, exe, sandbox, &found[0], &found[1]);
        if (g_hash_table_size(known) >= KNOWN_MAX)
            g_hash_table_remove_all(known);
        g_hash_table_insert(known, g_steal_pointer(&key), found);
    }
    *ret_name = g_strdup(found[0]);
    *ret_icon = g_strdup(found[1]);
}
