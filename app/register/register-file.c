/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterFile: GIO replaces files by renaming, unless they are links: those are resolved before.
 */
#include "register-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MAX_BYTES ((off_t)4 * 1024 * 1024)

/* Translators: the path of a file, and what is wrong with it. */
#define WRONG_FILE _("%s: %s")

static void
set_error(GError **error, const char *path, const char *reason)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, WRONG_FILE, shown, reason);
}

/* NULL with *ERROR where a link leads nowhere. */
static char *
resolve(const char *path, GError **error)
{
    GStatBuf st;
    char *resolved = realpath(path, NULL);
    if (resolved != NULL) {
        char *copy = g_strdup(resolved);
        free(resolved);
        return copy;
    }
    if (errno == ENOENT && g_lstat(path, &st) < 0)
        return g_strdup(path);
    set_error(error, path, errno == ENOENT ? _("is a link to nothing") : g_strerror(errno));
    return NULL;
}

static gboolean
check_kind(const char *path, guint *ret_mode, GError **error)
{
    GStatBuf st;
    if (g_stat(path, &st) < 0)
        return TRUE; /* reading says why */
    *ret_mode = st.st_mode & 07777;
    if (!S_ISREG(st.st_mode))
        set_error(error, path, _("is not a regular file"));
    else if (st.st_size > SIZE_MAX_BYTES)
        set_error(error, path, _("is too big"));
    else
        return TRUE;
    return FALSE;
}

PfRegisterFile *
pf_register_file_read(const char *path, GError **error)
{
    g_autoptr(PfRegisterFile) file = g_new0(PfRegisterFile, 1);
    g_autoptr(GError) read_error = NULL;
    char *content;
    gsize len;
    file->path = g_strdup(path);
    file->real_path = resolve(path, error);
    file->link = g_file_read_link(path, NULL);
    if (file->real_path == NULL || !check_kind(file->real_path, &file->mode, error))
        return NULL;
    g_autoptr(GFile) real = g_file_new_for_path(file->real_path);
    if (g_file_load_contents(real, NULL, &content, &len, &file->etag, &read_error))
        file->content = g_bytes_new_take(content, len);
    else if (!g_error_matches(read_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&read_error));
        return NULL;
    }
    return g_steal_pointer(&file);
}

void
pf_register_file_free(PfRegisterFile *file)
{
    g_free(file->path);
    g_free(file->real_path);
    g_free(file->link);
    g_clear_pointer(&file->content, g_bytes_unref);
    g_free(file->etag);
    g_free(file);
}

char *
pf_register_file_dup_text(const PfRegisterFile *file, GError **error)
{
    gsize len;
    if (file->content == NULL)
        return g_strdup("");
    const char *data = g_bytes_get_data(file->content, &len);
    if (len > 0 && memchr(data, '\0', len) != NULL) {
        set_error(error, file->path, _("is not a text file"));
        return NULL;
    }
    return g_strndup(data, len);
}

/* By its bytes: its time, which is the etag, is the same for what happens within a few
 * milliseconds. */
static gboolean
check_unchanged(const PfRegisterFile *file, GError **error)
{
    g_autoptr(PfRegisterFile) now = pf_register_file_read(file->real_path, error);
    if (now == NULL)
        return FALSE;
    if (file->content == NULL ? now->content == NULL
                              : now->content != NULL && g_bytes_equal(file->content, now->content))
        return TRUE;
    set_error(error, file->path, _("has changed meanwhile"));
    return FALSE;
}

gboolean
pf_register_file_write(PfRegisterFile *file, GBytes *content, guint mode, GError **error)
{
    gsize len;
    const char *data = g_bytes_get_data(content, &len);
    gboolean is_new = file->content == NULL;
    g_autoptr(GFile) real = g_file_new_for_path(file->real_path);
    g_autofree char *etag = NULL;
    if (!check_unchanged(file, error) ||
        !g_file_replace_contents(real, data, len, file->etag, FALSE,
                                 is_new ? G_FILE_CREATE_PRIVATE : G_FILE_CREATE_NONE, &etag, NULL,
                                 error))
        return FALSE;
    if (is_new && g_chmod(file->real_path, (int)mode) < 0) {
        set_error(error, file->path, g_strerror(errno));
        return FALSE;
    }
    g_clear_pointer(&file->content, g_bytes_unref);
    file->content = g_bytes_ref(content);
    g_free(file->etag);
    file->etag = g_steal_pointer(&etag);
    return TRUE;
}

gboolean
pf_register_file_remove(PfRegisterFile *file, GError **error)
{
    if (!check_unchanged(file, error))
        return FALSE;
    if (g_unlink(file->real_path) == 0 || errno == ENOENT)
        return TRUE;
    set_error(error, file->path, g_strerror(errno));
    return FALSE;
}

gboolean
pf_register_file_link_again(const PfRegisterFile *file, GError **error)
{
    if (file->link == NULL || g_file_test(file->path, G_FILE_TEST_IS_SYMLINK))
        return TRUE;
    g_autoptr(PfRegisterFile) tools = pf_register_file_read(file->path, error);
    g_autoptr(PfRegisterFile) real = pf_register_file_read(file->real_path, error);
    if (tools == NULL || real == NULL ||
        (tools->content != NULL && !pf_register_file_write(real, tools->content, 0600, error)) ||
        !pf_register_file_remove(tools, error))
        return FALSE;
    if (symlink(file->link, file->path) == 0)
        return TRUE;
    set_error(error, file->path, g_strerror(errno));
    return FALSE;
}

gboolean
pf_register_file_check_writable(const PfRegisterFile *file, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(file->real_path);
    if (file->content != NULL && g_access(file->real_path, W_OK) < 0) {
        set_error(error, file->path, g_strerror(errno));
        return FALSE;
    }
    while (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
        char *parent = g_path_get_dirname(folder);
        g_free(folder);
        folder = parent;
    }
    if (g_access(folder, W_OK | X_OK) < 0) {
        set_error(error, folder, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}
