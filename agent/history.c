/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistory: entries in two lists, of all and of their executable's, latest first. */
#include "history.h"

#include <string.h>

#include "program-name.h"
#include "token-id.h"
#include "wire-names.h"

/* Longer paths are cut from the left: the end says more. */
#define EXE_MAX     512u
#define SANDBOX_MAX 128u
/* How far back equal events are looked for: a program that uses two keys in turn is as repetitive
 * as one that uses a single one. */
#define JOIN_DEPTH 8u

/* All processes of one executable. */
typedef struct {
    char *exe;     /* key in the table */
    guint users;   /* programs and entries that mention it */
    GQueue latest; /* of Entry */
} Group;

struct PfHistoryProgram {
    guint references;
    PfHistory *history;
    Group *group;
    guint32 pid;
    char *exe;
    char *sandbox;
    char *name; /* NULL: not looked up yet */
};

typedef struct {
    PfHistoryEntry entry;
    Group *group;
    GList link; /* of all */
    GList group_link;
} Entry;

struct PfHistory {
    GHashTable *groups; /* of Group */
    GQueue latest;      /* of Entry */
    guint64 last_serial;
    void (*notify)(gpointer data);
    gpointer notify_data;
};

const char *
pf_history_event_get_name(PfHistoryEvent event)
{
    static const char *const names[] = {
        [PF_HISTORY_LOGIN] = "login",
        [PF_HISTORY_USE] = "use",
        [PF_HISTORY_REFUSED] = "refused",
        [PF_HISTORY_FORGOTTEN] = "forgotten",
        [PF_HISTORY_PIN_CHANGED] = "pin-changed",
        [PF_HISTORY_SETTING] = "setting",
        [PF_HISTORY_CONSENT_GIVEN] = "consent-given",
        [PF_HISTORY_CONSENT_REVOKED] = "consent-revoked",
        [PF_HISTORY_OFFICER] = "officer",
        [PF_HISTORY_TOKEN] = "token",
    };
    return names[event];
}

static Group *
use_group(PfHistory *self, const char *exe)
{
    Group *group = g_hash_table_lookup(self->groups, exe);
    if (group == NULL) {
        group = g_new0(Group, 1);
        group->exe = g_strdup(exe);
        g_hash_table_insert(self->groups, group->exe, group);
    }
    group->users++;
    return group;
}

static void
leave_group(PfHistory *self, Group *group)
{
    if (--group->users == 0)
        g_hash_table_remove(self->groups, group->exe);
}

static void
free_group(gpointer data)
{
    Group *group = data;
    g_free(group->exe);
    g_free(group);
}

/* The last MAX bytes of TEXT, if it is longer than that. */
static const char *
skip_to_end(const char *text, gsize max)
{
    gsize length = strlen(text);
    return length > max ? text + (length - max) : text;
}

/* The first MAX bytes of TEXT, or fewer: no character is cut in two. NULL for nothing. */
static char *
dup_start(const char *text, gsize max)
{
    if (text == NULL || text[0] == '\0')
        return NULL;
    gsize length = strnlen(text, max + 1);
    if (length <= max)
        return g_strndup(text, length);
    length = max;
    while (length > 0 && ((guchar)text[length] & 0xc0) == 0x80)
        length--;
    return g_strndup(text, length);
}

PfHistoryProgram *
pf_history_program_new(PfHistory *history, pid_t pid, const char *exe, const char *sandbox)
{
    PfHistoryProgram *program = g_new0(PfHistoryProgram, 1);
    program->references = 1;
    program->history = history;
    program->pid = (guint32)pid;
    program->exe = g_strdup(skip_to_end(exe, EXE_MAX));
    program->sandbox = dup_start(sandbox, SANDBOX_MAX);
    program->group = use_group(history, program->exe);
    return program;
}

PfHistoryProgram *
pf_history_program_ref(PfHistoryProgram *program)
{
    program->references++;
    return program;
}

void
pf_history_program_unref(PfHistoryProgram *program)
{
    if (program == NULL || --program->references > 0)
        return;
    leave_group(program->history, program->group);
    g_free(program->exe);
    g_free(program->sandbox);
    g_free(program->name);
    g_free(program);
}

guint32
pf_history_program_get_pid(const PfHistoryProgram *program)
{
    return program->pid;
}

const char *
pf_history_program_get_exe(const PfHistoryProgram *program)
{
    return program->exe;
}

const char *
pf_history_program_get_name(PfHistoryProgram *program)
{
    g_autofree char *icon = NULL;
    if (program->name == NULL)
        pf_program_name_look_up(program->exe, program->sandbox, &program->name, &icon);
    return program->name;
}

void
pf_history_use_init(PfHistoryUse *use, const char *operation, const char *key_label)
{
#define PF_NAME(name) name,
    static const char *const names[] = {PF_WIRE_OPERATIONS(PF_NAME)};
#undef PF_NAME
    *use = (PfHistoryUse){.key_label = dup_start(key_label, PF_WIRE_KEY_LABEL_MAX)};
    for (guint i = 0; operation != NULL && i < G_N_ELEMENTS(names) && use->operation == NULL; i++) {
        if (strcmp(names[i], operation) == 0)
            use->operation = names[i];
    }
}

void
pf_history_use_clear(PfHistoryUse *use)
{
    g_clear_pointer(&use->key_label, g_free);
}

PfHistory *
pf_history_new(void)
{
    PfHistory *self = g_new0(PfHistory, 1);
    self->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_group);
    g_queue_init(&self->latest);
    /* Greater than all of an agent before. */
    self->last_serial = (guint64)MAX(g_get_real_time(), 0);
    return self;
}

static void
drop(PfHistory *self, Entry *entry)
{
    g_queue_unlink(&self->latest, &entry->link);
    g_queue_unlink(&entry->group->latest, &entry->group_link);
    leave_group(self, entry->group);
    pf_history_program_unref(entry->entry.fact.program);
    g_free((char *)entry->entry.fact.token_uri);
    g_free((char *)entry->entry.fact.key_label);
    g_free(entry);
}

void
pf_history_free(PfHistory *self)
{
    if (self == NULL)
        return;
    while (!g_queue_is_empty(&self->latest))
        drop(self, g_queue_peek_head(&self->latest));
    g_hash_table_unref(self->groups);
    g_free(self);
}

static gboolean
is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static gboolean
is_equal(const PfHistoryFact *a, const PfHistoryFact *b)
{
    return a->event == b->event && a->program == b->program && a->app_id == b->app_id &&
           a->has_app_id == b->has_app_id && is_same_text(a->operation, b->operation) &&
           is_same_text(a->reason, b->reason) && is_same_text(a->key_label, b->key_label) &&
           is_same_text(a->setting, b->setting) && is_same_text(a->value, b->value) &&
           is_same_text(a->token_uri, b->token_uri);
}

/* The entry that FACT is one more time of. What comes in pairs, a login and its end, is not joined
 * over what was between. */
static Entry *
find_equal(const Group *group, const PfHistoryFact *fact, gint64 now)
{
    gboolean repeats = fact->event == PF_HISTORY_USE || fact->event == PF_HISTORY_REFUSED;
    guint depth = repeats ? JOIN_DEPTH : 1;
    for (GList *l = group->latest.head; l != NULL && depth > 0; l = l->next, depth--) {
        Entry *entry = l->data;
        gint64 age = now - entry->entry.last;
        if (is_equal(&entry->entry.fact, fact))
            return age >= 0 && age <= PF_HISTORY_JOIN_US ? entry : NULL;
    }
    return NULL;
}

/* The oldest entry goes; of the executable that has most, if that is more than its share. */
static void
make_room(PfHistory *self)
{
    GHashTableIter iter;
    Group *group;
    const GQueue *most = NULL;
    if (self->latest.length < PF_HISTORY_ENTRIES_MAX)
        return;
    g_hash_table_iter_init(&iter, self->groups);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&group)) {
        if (most == NULL || group->latest.length > most->length)
            most = &group->latest;
    }
    gboolean is_too_much = most != NULL && most->length > PF_HISTORY_SHARE_MAX;
    drop(self, is_too_much ? most->tail->data : self->latest.tail->data);
}

/* Takes GROUP's use over. */
static Entry *
add_entry(PfHistory *self, Group *group, const PfHistoryFact *fact, gint64 now)
{
    make_room(self);
    Entry *entry = g_new0(Entry, 1);
    entry->group = group;
    entry->link.data = entry;
    entry->group_link.data = entry;
    entry->entry = (PfHistoryEntry){.id = self->last_serial, .first = now, .fact = *fact};
    if (fact->program != NULL)
        pf_history_program_ref(fact->program);
    entry->entry.fact.token_uri = dup_start(fact->token_uri, PF_TOKEN_URI_SIZE - 1);
    entry->entry.fact.key_label = dup_start(fact->key_label, PF_WIRE_KEY_LABEL_MAX);
    return entry;
}

void
pf_history_add(PfHistory *self, const PfHistoryFact *fact)
{
    pf_history_add_at(self, fact, g_get_real_time());
}

void
pf_history_add_at(PfHistory *self, const PfHistoryFact *fact, gint64 now)
{
    Group *group = use_group(self, fact->program != NULL ? fact->program->exe : "");
    Entry *entry = find_equal(group, fact, now);
    self->last_serial++;
    if (entry != NULL) {
        leave_group(self, group);
        g_queue_unlink(&self->latest, &entry->link);
        g_queue_unlink(&group->latest, &entry->group_link);
    } else {
        entry = add_entry(self, group, fact, now);
    }
    entry->entry.serial = self->last_serial;
    entry->entry.last = now;
    entry->entry.count += entry->entry.count < G_MAXUINT32;
    g_queue_push_head_link(&self->latest, &entry->link);
    g_queue_push_head_link(&group->latest, &entry->group_link);
    if (self->notify != NULL) {
        void (*notify)(gpointer) = g_steal_pointer(&self->notify);
        notify(self->notify_data);
    }
}

void
pf_history_visit(PfHistory *self, guint64 since,
                 void (*visit)(const PfHistoryEntry *entry, gpointer data), gpointer data)
{
    for (const GList *l = self->latest.head; l != NULL; l = l->next) {
        const Entry *entry = l->data;
        if (entry->entry.serial <= since)
            break;
        visit(&entry->entry, data);
    }
}

void
pf_history_notify_once(PfHistory *self, void (*func)(gpointer data), gpointer data)
{
    self->notify = func;
    self->notify_data = data;
}
