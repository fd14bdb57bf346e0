/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenReport: what `pinfold-tokens list` printed, read with limits. */
#pragma once

#include <gio/gio.h>

/* One backend. */
typedef struct {
    char *name;
    char *path;
    char *fault;       /* NULL: it answered */
    char *description; /* "" when not known */
} PfTokenModule;

/* One token in one slot. */
typedef struct {
    char *uri;
    char *label;
    char *slot_description;
    char *module; /* the backend's name; NULL: a module of Pinfold reported it */
    char *reader; /* PC/SC name; NULL: in none that is known */
    GStrv flags;  /* CKF_ names without the prefix */
    char *logout; /* what its logout ends, a word of tokens-measure.h; NULL: not known */
    gboolean hardware;
    gboolean generates; /* its backend says that it makes key pairs */
} PfToken;

PfToken *pf_token_new(const char *uri, const char *label, const char *slot_description);
void pf_token_free(PfToken *token); /* NULL is fine */

typedef struct {
    GPtrArray *modules; /* of PfTokenModule */
    GPtrArray *tokens;  /* of PfToken; readers are not filled in */
} PfTokenReport;

/* Parses the helper's output. Tokens that were never initialised are left out. Errors:
 * G_IO_ERROR_INVALID_DATA. */
PfTokenReport *pf_token_report_parse(GBytes *output, GError **error);
void pf_token_report_free(PfTokenReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfTokenReport, pf_token_report_free)

/* Is TOKEN, which REPORT does not list, there nevertheless? So it is when a module reported it, or
 * when its backend did not answer this time. */
gboolean pf_token_report_allows(const PfTokenReport *report, const PfToken *token);

/* Reads the output of `pinfold-tokens tries`; -1 when it is not a number from 0 to 255. */
int pf_token_report_parse_tries(GBytes *output);
