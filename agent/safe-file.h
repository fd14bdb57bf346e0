/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A file that only its owner can replace. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A file, not a name of one. */
typedef struct {
    dev_t device;
    ino_t inode;
} PfFileId;

/* Is the regular file at PATH, and each directory above it up to TOP (a prefix of PATH, "/" for
 * all), owned by OWNER and, by its mode bits, writable neither by group nor by others? A symbolic
 * link on the way is none of them. RET_FILE says which file it is. */
gboolean pf_safe_file_check(const char *path, const char *top, uid_t owner, PfFileId *ret_file);
