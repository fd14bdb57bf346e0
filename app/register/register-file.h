/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterFile: a configuration file of somebody else, read and replaced with care. */
#pragma once

#include <gio/gio.h>

typedef struct {
    char *path;      /* as it was named */
    char *real_path; /* behind links */
    char *link;      /* what the path itself says as a link; NULL: it is none */
    GBytes *content; /* NULL: there is none */
    guint mode;      /* permissions, where there is one */
    char *etag;      /* of the content, to see changes in between */
} PfRegisterFile;

/* NULL with *ERROR where it is no regular file, too big, or cannot be read; one that is not there
 * has no content. Free with pf_register_file_free(). */
PfRegisterFile *pf_register_file_read(const char *path, GError **error);

void pf_register_file_free(PfRegisterFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfRegisterFile, pf_register_file_free)

/* Its content as text, "" for none; NULL with *ERROR where it is not text. Free with g_free(). */
char *pf_register_file_dup_text(const PfRegisterFile *file, GError **error);

/* Replaces its content in one step. Links, mode and owner stay; one that is new gets MODE. FALSE
 * with *ERROR, and nothing changed, where it has changed since it was read, or may not be changed.
 */
gboolean pf_register_file_write(PfRegisterFile *file, GBytes *content, guint mode, GError **error);

/* Removes it; fine where there was none. FALSE with *ERROR where it has changed since it was read.
 */
gboolean pf_register_file_remove(PfRegisterFile *file, GError **error);

/* Where FILE was a link when it was read and a tool has put a file in its place, makes it the link
 * again, to that file's content. */
gboolean pf_register_file_link_again(const PfRegisterFile *file, GError **error);

/* May it be written, or made in its folder? FALSE with *ERROR in words for people. */
gboolean pf_register_file_check_writable(const PfRegisterFile *file, GError **error);
