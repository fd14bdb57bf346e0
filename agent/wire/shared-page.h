/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The memfd plumbing that state page, session board and life page have in common. */
#pragma once

/* Makes a one-page memfd, maps it for writing and seals it: the size always, further writable
 * mappings too when EXCLUSIVE. Returns a descriptor (the caller's) or -errno; RET_MAP may be NULL
 * to map nothing. Internal to the wire library. */
int pf_shared_page_create(const char *name, int exclusive, void **ret_map);

/* Maps a received page for PROT after checking that it is a one-page memfd whose size cannot
 * change, and with EXCLUSIVE that nobody else can start to write it. Returns 0 or -errno. */
int pf_shared_page_map(int fd, int prot, int exclusive, void **ret_map);

/* NULL is fine. */
void pf_shared_page_unmap(const void *map);
