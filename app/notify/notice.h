/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One thing to tell the person by a desktop notification, and what to do about it. */
#pragma once

#include <gtk/gtk.h>

#include "token-item.h"

typedef struct {
    char *id; /* a later one of the same ID takes its place */
    char *title;
    char *body; /* NULL: the title says it all */
    const char *icon_name;
    const char *action; /* of the application, for the notification itself; has a button */
    const char *action_label;
    char *forget_uri; /* offers to forget this token's PIN, or NULL */
    GNotificationPriority priority;
} PfNotice;

void pf_notice_free(PfNotice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfNotice, pf_notice_free)

/* TOKENS: PfTokenItem of READER, one at least, that are new there. The caller owns the notice, here
 * and below. */
PfNotice *pf_notice_new_inserted(const char *reader, const GPtrArray *tokens);

/* TOKENS: PfTokenItem that were in READER. WAS_CACHED: a PIN of theirs was. */
PfNotice *pf_notice_new_removed(const char *reader, const GPtrArray *tokens, gboolean was_cached);

/* NULL where TOKEN has tries enough. */
PfNotice *pf_notice_new_tries(PfTokenItem *token);

/* The ID of the notice about the tries of the token URI; the caller's. */
char *pf_notice_dup_tries_id(const char *uri);

/* COUNT tokens, of which one has LABEL, lost their PINs for a reason in words (forget-words.h). */
PfNotice *pf_notice_new_forgotten(guint count, const char *label, const char *reason);

#define PF_NOTICE_FORGOTTEN "forgotten"

/* FOREIGN: there is an agent, but it is not who programs obey. */
PfNotice *pf_notice_new_agent(gboolean foreign);

#define PF_NOTICE_AGENT "agent"

/* Shows it; nobody waits for the service that does. */
void pf_notice_send(const PfNotice *notice, GApplication *application);
