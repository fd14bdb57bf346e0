/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the parts of PfCardReset share: card-reset.c (what is to be reset, and when),
 * card-reset-jobs.c (one reader's reset). */
#pragma once

#include "card-reset.h"

struct _PfCardReset {
    GObject parent_instance;
    const PfPcscApi *api;
    PfCache *cache;
    PfAgentSettings *settings;
    PfTokenRegistry *registry;
    PfResetReport report;
    GHashTable *unlocked; /* URI -> reader, "" where not known: its PIN was forgotten, and its card
                             was not reset since */
    GHashTable *due;      /* URIs: to be reset when the main loop comes round */
    guint due_id;
    GHashTable *jobs; /* reader -> PfCardResetJob */
};

typedef struct {
    PfCardReset *owner; /* a reference; NULL: it has stopped */
    char *reader;
    GHashTable *tokens; /* URIs, each held */
    GHashTable *served; /* URIs that were unlocked when the reset began */
    GHashTable *later;  /* URIs: forgotten again while the card was being reset */
    gboolean is_running;
    gboolean has_let_go;
    gint64 deadline; /* monotonic µs */
    guint timer;
} PfCardResetJob;

/* The card in READER, on which TOKEN_URI is, is reset; where it is being reset already, TOKEN_URI
 * is due again afterwards. */
void pf_card_reset_begin(PfCardReset *self, const char *reader, const char *token_uri);

/* The owner stops: the job begins now if it has not, and is its callback's from now on. */
void pf_card_reset_cut_job(PfCardResetJob *job);

/* Of the table of jobs: a PfCardResetJob. */
void pf_card_reset_free_job(gpointer data);

/* A set of URIs. */
GHashTable *pf_card_reset_make_set(void);

/* All that is forgotten by one thing that happens is one reset. */
void pf_card_reset_add_all_due(PfCardReset *self, GHashTable *tokens);

/* Says "finished". */
void pf_card_reset_emit_finished(PfCardReset *self, const char *token_uri, const char *reader,
                                 const char *fault);
