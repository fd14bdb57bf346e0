/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The profiles of Firefox and Thunderbird. A program that runs holds a lock on the profile's
 * .parentlock, and where locks do not work it has a link “lock” to its address and process ID. */
#include "mozilla-profiles.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nss-database.h"
#include "register-file.h"

static gboolean
is_file_locked(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    /* A pipe of that name would keep us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    gboolean is_locked = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return is_locked;
}

/* The link is left behind by a crash. With a plus sign its program has the other lock as well. */
static gboolean
is_link_of_a_process(const char *path)
{
    g_autofree char *address = g_file_read_link(path, NULL);
    const char *pid = address != NULL ? strrchr(address, ':') : NULL;
    if (pid == NULL || pid[1] == '+')
        return FALSE;
    long number = strtol(pid + 1, NULL, 10);
    return number > 0 && (kill((pid_t)number, 0) == 0 || errno == EPERM);
}

static gboolean
is_known(PfRegisterSight *sight, const char *path)
{
    for (guint i = 0; i < sight->targets->len; i++) {
        if (g_str_equal(((PfRegisterTarget *)sight->targets->pdata[i])->path, path))
            return TRUE;
    }
    return FALSE;
}

static void
add_profile(const PfRegisterPlace *place, const char *name, const char *folder,
            PfRegisterSight *sight)
{
    g_autofree char *path = g_build_filename(folder, "pkcs11.txt", NULL);
    g_autofree char *link = g_build_filename(folder, "lock", NULL);
    g_autofree char *shown = g_filename_display_name(folder);
    if (is_known(sight, path))
        return;
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(sight->notes,
                        /* Translators: the name of a profile of Firefox, and its folder. */
                        g_strdup_printf(_("The profile “%s” is listed, but its folder %s is not "
                                          "there."),
                                        name, shown));
        return;
    }
    /* Translators: %s is the name of a profile of Firefox or Thunderbird. */
    g_autofree char *label = g_strdup_printf(_("profile “%s”"), name);
    PfRegisterTarget *target = pf_register_target_new(label, path);
    target->lock_path = g_build_filename(folder, ".parentlock", NULL);
    pf_nss_database_look(place, folder, target);
    if (is_file_locked(target->lock_path) || is_link_of_a_process(link)) {
        g_free(target->hindrance);
        target->hindrance =
            g_strdup(_("The program is open, would not see the change and could undo it: close the "
                       "program and try again."));
    }
    g_ptr_array_add(sight->targets, target);
}

static void
add_group(const PfRegisterPlace *place, GKeyFile *file, const char *group, const char *folder,
          PfRegisterSight *sight)
{
    g_autofree char *path = g_key_file_get_value(file, group, "Path", NULL);
    g_autofree char *name = g_key_file_get_value(file, group, "Name", NULL);
    g_autofree char *relative = g_key_file_get_value(file, group, "IsRelative", NULL);
    if (!g_str_has_prefix(group, "Profile") || path == NULL || *path == '\0')
        return;
    g_autofree char *full = g_strcmp0(relative, "1") == 0 || !g_path_is_absolute(path)
                                ? g_build_filename(folder, path, NULL)
                                : g_strdup(path);
    g_autofree char *shown = g_utf8_make_valid(name != NULL ? name : path, -1);
    add_profile(place, shown, full, sight);
}

void
pf_mozilla_profiles_add(const PfRegisterPlace *place, const char *folder, PfRegisterSight *sight)
{
    g_autofree char *path = g_build_filename(folder, "profiles.ini", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(PfRegisterFile) list = pf_register_file_read(path, &error);
    if (list != NULL && list->content == NULL)
        return;
    if (list == NULL || !g_key_file_load_from_bytes(file, list->content, G_KEY_FILE_NONE, &error)) {
        g_autofree char *shown = g_filename_display_name(path);
        PfRegisterTarget *target = pf_register_target_new(_("list of profiles"), path);
        target->hindrance =
            g_strdup_printf(_("%s cannot be understood: %s"), shown, error->message);
        target->is_unknown = TRUE;
        g_ptr_array_add(sight->targets, target);
        return;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group != NULL; group++)
        add_group(place, file, *group, folder, sight);
}
