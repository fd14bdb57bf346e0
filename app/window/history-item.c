/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistoryItem: an entry of GetHistory, immutable. */
#include "history-item.h"

#include <glib/gi18n.h>

#include "history-words.h"
#include "plain-text.h"
#include "program-label.h"
#include "time-text.h"
#include "token-names.h"

struct _PfHistoryItem {
    GObject parent_instance;
    GVariant *entry;
    guint64 id;
    guint64 serial;
};

G_DEFINE_FINAL_TYPE(PfHistoryItem, pf_history_item, G_TYPE_OBJECT)

/* Borrowed; NULL when absent. */
static const char *
look_up(PfHistoryItem *self, const char *key)
{
    const char *value = NULL;
    g_variant_lookup(self->entry, key, "&s", &value);
    return value;
}

/* The value made fit to be shown; NULL when there is none. */
static char *
dup_plain(PfHistoryItem *self, const char *key)
{
    const char *value = look_up(self, key);
    return value != NULL ? pf_plain_text_dup(value) : NULL;
}

PfHistoryItem *
pf_history_item_new(GVariant *entry)
{
    guint64 id;
    guint64 serial;
    if (!g_variant_lookup(entry, "id", "t", &id) ||
        !g_variant_lookup(entry, "serial", "t", &serial))
        return NULL;
    PfHistoryItem *self = g_object_new(PF_TYPE_HISTORY_ITEM, NULL);
    self->entry = g_variant_ref(entry);
    self->id = id;
    self->serial = serial;
    return self;
}

guint64
pf_history_item_get_id(PfHistoryItem *self)
{
    return self->id;
}

guint64
pf_history_item_get_serial(PfHistoryItem *self)
{
    return self->serial;
}

const char *
pf_history_item_get_icon_name(PfHistoryItem *self)
{
    static const struct {
        const char *event;
        const char *icon;
    } table[] = {
        {"login", "changes-allow-symbolic"},         {"use", "object-select-symbolic"},
        {"refused", "action-unavailable-symbolic"},  {"forgotten", "changes-prevent-symbolic"},
        {"pin-changed", "dialog-password-symbolic"}, {"setting", "preferences-system-symbolic"},
        {"consent-given", "system-users-symbolic"},  {"consent-revoked", "system-users-symbolic"},
        {"officer", "avatar-default-symbolic"},      {"token", "media-removable-symbolic"},
    };
    const char *event = look_up(self, "event");
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_strcmp0(table[i].event, event) == 0)
            return table[i].icon;
    }
    return "dialog-information-symbolic";
}

char *
pf_history_item_dup_title(PfHistoryItem *self)
{
    guint32 count = 1;
    g_autofree char *words = pf_history_words_dup(self->entry);
    char *plain = pf_plain_text_dup(words);
    if (plain == NULL || !g_variant_lookup(self->entry, "count", "u", &count) || count < 2)
        return plain;
    g_autofree char *single = plain;
    /* Translators: what happened, and how many times. */
    return g_strdup_printf(_("%s (%u×)"), single, count);
}

static char *
dup_program(PfHistoryItem *self)
{
    guint32 pid = 0;
    g_autofree char *program =
        pf_program_label_dup(look_up(self, "program"), look_up(self, "executable"));
    if (!g_variant_lookup(self->entry, "pid", "u", &pid))
        return g_steal_pointer(&program);
    if (program == NULL)
        program = g_strdup(_("Unknown program"));
    /* Translators: a program, and the number of its process. */
    return g_strdup_printf(_("%s (process %u)"), program, pid);
}

static char *
dup_token(PfHistoryItem *self)
{
    const char *uri = look_up(self, "token-uri");
    if (uri == NULL)
        return NULL;
    char *title = pf_token_names_dup_title(uri);
    return title != NULL ? title : g_strdup(_("unnamed token"));
}

char *
pf_history_item_dup_detail(PfHistoryItem *self)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    char *found[] = {dup_program(self), dup_token(self), dup_plain(self, "key-label")};
    for (gsize i = 0; i < G_N_ELEMENTS(found); i++) {
        if (found[i] != NULL)
            g_ptr_array_add(parts, found[i]);
    }
    if (parts->len == 0)
        return NULL;
    g_ptr_array_add(parts, NULL);
    return g_strjoinv(" · ", (char **)parts->pdata);
}

char *
pf_history_item_dup_time(PfHistoryItem *self)
{
    gint64 when = 0;
    g_variant_lookup(self->entry, "when", "x", &when);
    return pf_time_text_dup(when / G_USEC_PER_SEC);
}

static void
finalize(GObject *object)
{
    g_variant_unref(PF_HISTORY_ITEM(object)->entry);
    G_OBJECT_CLASS(pf_history_item_parent_class)->finalize(object);
}

static void
pf_history_item_class_init(PfHistoryItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_history_item_init(PfHistoryItem *self)
{
}
