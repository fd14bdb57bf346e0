/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfServiceWatch: sleeps until something happens to a socket's file in the file system.
 *
 * Plain inotify: GFileMonitor looks for files in directories that do not exist yet by a timer. */
#pragma once

#include <stdbool.h>

typedef struct PfServiceWatch PfServiceWatch;

/* Starts watching for PATH to be made, moved there, or to change its mode; where its directory does
 * not exist, for the first missing part. What happens after this call is not missed. Returns NULL
 * with errno. Any thread; used by one thread at a time. */
PfServiceWatch *pf_service_watch_new(const char *path);

/* Blocks until something happened to PATH, or WAKE_FD is readable. Returns false for the latter,
 * or when waiting itself fails. The watch is spent either way: make a new one, then look. */
bool pf_service_watch_wait(PfServiceWatch *watch, int wake_fd);

/* NULL is fine. */
void pf_service_watch_free(PfServiceWatch *watch);

/* Where pcscd's socket is, by libpcsclite's own rule. Static, or of the environment. */
const char *pf_service_watch_get_pcscd_path(void);
