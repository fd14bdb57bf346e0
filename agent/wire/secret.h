/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The one type that holds a PIN in memory: locked, guarded, not dumped, gone in forked children. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Longest PIN that is cached. Longer ones are the backend's business and pass through. */
#define PF_SECRET_MAX 512u

typedef struct PfSecret PfSecret;

/* Copies LEN bytes into locked memory of its own. Returns NULL with errno E2BIG (over
 * PF_SECRET_MAX), ENOMEM, or what mlock(2) said; there is no fall-back to ordinary memory. The
 * caller owns the result. Any thread. */
PfSecret *pf_secret_new(const void *bytes, size_t len);

/* LEN bytes of FD from OFFSET, read into locked memory and nowhere else. NULL as pf_secret_new(),
 * or with errno ENODATA when FD has less. */
PfSecret *pf_secret_read(int fd, off_t offset, size_t len);

/* SECRET has only its first LEN bytes from now on, which must not be more than it had. */
void pf_secret_cut(PfSecret *secret, size_t len);

/* SECRET with LEN bytes in the place of the COUNT bytes at START, which it must have, in memory of
 * its own; a SECRET of NULL is an empty one. NULL as pf_secret_new(). */
PfSecret *pf_secret_splice(const PfSecret *secret, size_t start, size_t count, const void *bytes,
                           size_t len);

/* A second copy in memory of its own, or NULL as pf_secret_new(). */
PfSecret *pf_secret_dup(const PfSecret *secret);

/* Wipes and releases; NULL is fine. Some empty pages are kept locked for the next secret. */
void pf_secret_free(PfSecret *secret);

/* Releases the pages that are kept, for a library that is unloaded. */
void pf_secret_release_kept(void);

/* The bytes, with a zero behind them that is none of them, and their number; valid while the secret
 * lives. */
const unsigned char *pf_secret_get_bytes(const PfSecret *secret);
size_t pf_secret_get_length(const PfSecret *secret);

/* Are both the same bytes? Takes the same time whatever they hold. */
bool pf_secret_is_equal(const PfSecret *a, const PfSecret *b);

/* Can memory be locked in this process? Nothing is cached when it cannot (DESIGN 8). */
bool pf_secret_is_available(void);

/* For the cleanup attribute: frees *SECRET and clears it. */
void pf_secret_clear(PfSecret **secret);

#define PF_AUTO_SECRET __attribute__((cleanup(pf_secret_clear))) PfSecret *
