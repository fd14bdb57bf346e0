/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The file that keeps decisions from one start of the agent to the next: always and never.
 *
 * It is the user's, as everything here is: what it says is believed only about programs that nobody
 * but root can replace (pf_consent_counts_for()). */
#pragma once

#include "consent.h"

/* Where it is. Free with g_free(). */
char *pf_consent_file_dup_path(void);

/* Of PfConsent, oldest first; empty where there is no file. NULL with an error when it is damaged,
 * somebody else's, or open to others: then nothing of it is to be believed. Free with
 * g_ptr_array_unref(). */
GPtrArray *pf_consent_file_read(const char *path, GError **error);

/* The same of what such a file holds. */
GPtrArray *pf_consent_file_parse(const char *text, gsize len, GError **error);

/* Replaces the file, or leaves it as it was and says why. Decisions of other kinds are left out. */
gboolean pf_consent_file_write(const char *path, const GPtrArray *consents, GError **error);
