/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistory: what was done with the person's PINs, by whom and why; in memory only, bounded.
 *
 * Nothing in it is secret. To add costs about a microsecond: no file is read, and no name looked up
 * before somebody wants to see it. Main thread only.
 *
 * Equal events are one entry that counts, so that a program that repeats itself takes one place;
 * and when there is no place left, the program that has most of them loses its oldest entry, so
 * that none pushes out what others did. */
#pragma once

#include <glib.h>

#define PF_HISTORY_ENTRIES_MAX 1000u
/* Who has no more than this keeps its entries as long as another has more. */
#define PF_HISTORY_SHARE_MAX 250u
/* Equal events that are further apart than this are two entries. */
#define PF_HISTORY_JOIN_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)

typedef enum {
    PF_HISTORY_LOGIN,
    PF_HISTORY_USE,
    PF_HISTORY_REFUSED,
    PF_HISTORY_FORGOTTEN,
    PF_HISTORY_PIN_CHANGED,
    PF_HISTORY_SETTING,
    PF_HISTORY_CONSENT_GIVEN,
    PF_HISTORY_CONSENT_REVOKED,
    PF_HISTORY_OFFICER,
    PF_HISTORY_TOKEN,
} PfHistoryEvent;

/* The event's name in Agent1.GetHistory. */
const char *pf_history_event_get_name(PfHistoryEvent event);

typedef struct PfHistory PfHistory;

/* A process as entries name it, also when it is gone. */
typedef struct PfHistoryProgram PfHistoryProgram;

/* PID 0: none is known. EXE "": unreadable; SANDBOX may be NULL. Text is foreign and copied, as
 * much as is kept of it. */
PfHistoryProgram *pf_history_program_new(PfHistory *history, pid_t pid, const char *exe,
                                         const char *sandbox);
PfHistoryProgram *pf_history_program_ref(PfHistoryProgram *program);

/* NULL is fine. */
void pf_history_program_unref(PfHistoryProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfHistoryProgram, pf_history_program_unref)

guint32 pf_history_program_get_pid(const PfHistoryProgram *program);
const char *pf_history_program_get_exe(const PfHistoryProgram *program);

/* The name that a person knows it by; looked up once, by reading desktop files. "": there is none.
 */
const char *pf_history_program_get_name(PfHistoryProgram *program);

/* What a PIN is used for: as Cache1.TakePin says it. */
typedef struct {
    const char *operation; /* static; NULL: not known */
    char *key_label;       /* owned; NULL: none */
} PfHistoryUse;

/* Both texts are foreign; an operation that has no name is not known, a label is cut. */
void pf_history_use_init(PfHistoryUse *use, const char *operation, const char *key_label);
void pf_history_use_clear(PfHistoryUse *use);

/* Something that happened. Whatever is 0 or NULL does not apply. `operation`, `reason`, `setting`
 * and `value` are text that is never freed; the rest is copied. See Agent1.GetHistory. */
typedef struct {
    PfHistoryEvent event;
    PfHistoryProgram *program;
    const char *token_uri;
    gboolean has_app_id;
    guint64 app_id;
    const char *operation;
    const char *key_label;
    const char *reason;
    const char *setting;
    const char *value;
} PfHistoryFact;

/* A fact, or several equal ones. */
typedef struct {
    guint64 id;
    guint64 serial; /* of its last change; greater than that of every entry before */
    gint64 first;   /* Unix µs */
    gint64 last;
    guint32 count;
    PfHistoryFact fact; /* its text is the entry's */
} PfHistoryEntry;

PfHistory *pf_history_new(void);

/* NULL is fine. */
void pf_history_free(PfHistory *history);

/* It happened now; or at NOW, Unix µs. */
void pf_history_add(PfHistory *history, const PfHistoryFact *fact);
void pf_history_add_at(PfHistory *history, const PfHistoryFact *fact, gint64 now);

/* Calls VISIT for each entry whose serial is greater than SINCE, latest first. */
void pf_history_visit(PfHistory *history, guint64 since,
                      void (*visit)(const PfHistoryEntry *entry, gpointer data), gpointer data);

/* FUNC is called once when something is added; NULL: not any more. */
void pf_history_notify_once(PfHistory *history, void (*func)(gpointer data), gpointer data);
