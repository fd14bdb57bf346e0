/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which tokens were put in, and which were there all along and are only read now. */
#pragma once

#include "token-item.h"

typedef struct PfReaderWatch PfReaderWatch;

PfReaderWatch *pf_reader_watch_new(void);
void pf_reader_watch_free(PfReaderWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfReaderWatch, pf_reader_watch_free)

/* Nothing is known: another agent begins to look. AT in microseconds, here and below; any clock. */
void pf_reader_watch_reset(PfReaderWatch *watch, gint64 at);

/* ROWS: PfTokenItem, the agent's readers and tokens. */
void pf_reader_watch_update(PfReaderWatch *watch, GListModel *rows, gint64 at);

/* Was READER empty, or not there, before it had what it has now? Until pf_reader_watch_settle(). */
gboolean pf_reader_watch_is_fresh(PfReaderWatch *watch, const char *reader);

/* What READER has is known. */
void pf_reader_watch_settle(PfReaderWatch *watch, const char *reader);
