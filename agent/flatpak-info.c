/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Flatpak's info file: read with care, since the process that it speaks of may have made it. */
#include "flatpak-info.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Flatpak's own are of some hundred bytes. */
#define SIZE_MAX_BYTES 65536

char *
pf_flatpak_info_parse(const char *text, gsize len)
{
    g_autoptr(GKeyFile) info = g_key_file_new();
    if (len == 0 || !g_key_file_load_from_data(info, text, len, G_KEY_FILE_NONE, NULL))
        return NULL;
    g_autofree char *id = g_key_file_get_string(info, "Application", "name", NULL);
    return id != NULL && g_application_id_is_valid(id) ? g_steal_pointer(&id) : NULL;
}

/* FD's bytes if it is a regular file of a sensible size. */
static GBytes *
read_small_file(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > SIZE_MAX_BYTES)
        return NULL;
    g_autofree char *text = g_malloc((gsize)st.st_size + 1);
    ssize_t len = pread(fd, text, (gsize)st.st_size, 0);
    return len >= 0 ? g_bytes_new_take(g_steal_pointer(&text), (gsize)len) : NULL;
}

char *
pf_flatpak_info_dup_id(const char *path)
{
    /* A FIFO there, opened as usual, would keep the agent waiting for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    g_autoptr(GBytes) text = read_small_file(fd);
    close(fd);
    if (text == NULL)
        return NULL;
    gsize len;
    const char *data = g_bytes_get_data(text, &len);
    return pf_flatpak_info_parse(data, len);
}
