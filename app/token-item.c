/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenItem: a reader or token of GetStatus with its domains, and the words for it. */
#include "token-item.h"

#include <glib/gi18n.h>

#include "list-update.h"
#include "never-words.h"
#include "plain-text.h"
#include "token-label.h"
#include "token-names.h"

struct _PfTokenItem {
    GObject parent_instance;
    char *reader;
    PfTokenPresence presence;
    char *uri;
    char *label;
    GStrv flags;
    char *logout; /* the word of GetStatus, or NULL */
    char *never;  /* likewise */
    char *module_path;
    int tries_left; /* -1: not known */
    gboolean generates;
    GListStore *domains;
};

G_DEFINE_FINAL_TYPE(PfTokenItem, pf_token_item, G_TYPE_OBJECT)

static guint changed_signal;

static gboolean
has_flag(PfTokenItem *self, const char *name)
{
    return self->flags != NULL && g_strv_contains((const char *const *)self->flags, name);
}

PfTokenItem *
pf_token_item_new(GVariant *token)
{
    g_autoptr(PfTokenItem) self = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    const char *label = "";
    guint32 tries;
    self->presence = PF_TOKEN_PRESENCE_TOKEN;
    g_variant_lookup(token, "uri", "s", &self->uri);
    g_variant_lookup(token, "reader", "s", &self->reader);
    g_variant_lookup(token, "label", "&s", &label);
    self->label = pf_plain_text_dup(label);
    g_variant_lookup(token, "flags", "^as", &self->flags);
    g_variant_lookup(token, "logout", "s", &self->logout);
    g_variant_lookup(token, "never_cached", "s", &self->never);
    g_variant_lookup(token, "module", "s", &self->module_path);
    if (g_variant_lookup(token, "tries_left", "u", &tries))
        self->tries_left = (int)MIN(tries, (guint32)G_MAXINT);
    g_variant_lookup(token, "generates", "b", &self->generates);
    return self->uri != NULL ? g_steal_pointer(&self) : NULL;
}

PfTokenItem *
pf_token_item_new_unlisted(const char *uri)
{
    PfTokenItem *self = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    self->presence = PF_TOKEN_PRESENCE_TOKEN;
    self->uri = g_strdup(uri);
    self->label = pf_token_label_dup(uri);
    return self;
}

PfTokenItem *
pf_token_item_new_reader(const char *reader, PfTokenPresence presence)
{
    PfTokenItem *self = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    self->reader = g_strdup(reader);
    self->presence = presence;
    return self;
}

void
pf_token_item_add_domain(PfTokenItem *self, PfDomainItem *domain)
{
    g_list_store_append(self->domains, domain);
}

gboolean
pf_token_item_is_same(PfTokenItem *self, PfTokenItem *other)
{
    return g_strcmp0(self->reader, other->reader) == 0 && g_strcmp0(self->uri, other->uri) == 0;
}

PfTokenPresence
pf_token_item_get_presence(PfTokenItem *self)
{
    return self->presence;
}

const char *
pf_token_item_get_uri(PfTokenItem *self)
{
    return self->uri;
}

const char *
pf_token_item_get_reader(PfTokenItem *self)
{
    return self->reader;
}

gboolean
pf_token_item_generates(PfTokenItem *self)
{
    return self->generates;
}

const char *
pf_token_item_get_module_path(PfTokenItem *self)
{
    return self->module_path;
}

const char *const *
pf_token_item_get_flags(PfTokenItem *self)
{
    return (const char *const *)self->flags;
}

gboolean
pf_token_item_is_listed(PfTokenItem *self)
{
    return self->uri != NULL && self->flags != NULL;
}

gboolean
pf_token_item_has_card(PfTokenItem *self)
{
    return self->presence != PF_TOKEN_PRESENCE_NONE;
}

PfTokenTries
pf_token_item_get_tries(PfTokenItem *self)
{
    if (has_flag(self, "USER_PIN_LOCKED") || self->tries_left == 0)
        return PF_TOKEN_TRIES_NONE;
    return has_flag(self, "USER_PIN_FINAL_TRY") || self->tries_left == 1 ? PF_TOKEN_TRIES_LAST
                                                                         : PF_TOKEN_TRIES_ENOUGH;
}

GListModel *
pf_token_item_get_domains(PfTokenItem *self)
{
    return G_LIST_MODEL(self->domains);
}

guint
pf_token_item_count_pins(PfTokenItem *self)
{
    GListModel *domains = G_LIST_MODEL(self->domains);
    guint count = 0;
    for (guint i = 0; i < g_list_model_get_n_items(domains); i++) {
        g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, i);
        count += pf_domain_item_has_pin(domain) ? 1 : 0;
    }
    return count;
}

gboolean
pf_token_item_is_blocked(PfTokenItem *self)
{
    return self->uri != NULL &&
           pf_pin_state_is_blocked((const char *const *)self->flags, self->tries_left);
}

/* A reader's name has in it what its maker has put there. */
static char *
dup_reader(PfTokenItem *self)
{
    char *name = pf_plain_text_dup(self->reader);
    return name != NULL ? name : g_strdup(_("Card reader"));
}

char *
pf_token_item_dup_title(PfTokenItem *self)
{
    if (self->uri == NULL)
        return dup_reader(self);
    char *name = pf_token_names_dup(self->uri);
    if (name != NULL)
        return name;
    if (self->label != NULL)
        return g_strdup(self->label);
    return g_strdup(_("Unnamed token"));
}

char *
pf_token_item_dup_label(PfTokenItem *self)
{
    g_autofree char *name = self->uri != NULL ? pf_token_names_dup(self->uri) : NULL;
    return name != NULL ? g_strdup(self->label) : NULL;
}

char *
pf_token_item_dup_detail(PfTokenItem *self)
{
    if (self->uri == NULL)
        return g_strdup(_("Card reader"));
    if (self->reader == NULL)
        return g_strdup(_("Software token"));
    return dup_reader(self);
}

char *
pf_token_item_dup_cache(PfTokenItem *self)
{
    if (self->uri == NULL)
        return NULL;
    guint count = pf_token_item_count_pins(self);
    if (count == 1)
        return g_strdup(_("PIN cached"));
    if (count > 1)
        /* Translators: that many programs, or groups of programs, have the PIN of a token. */
        return g_strdup_printf(ngettext("PIN cached for %u program", "PIN cached for %u programs",
                                        count),
                               count);
    if (has_flag(self, "TOKEN_INITIALIZED") && !has_flag(self, "LOGIN_REQUIRED"))
        /* Translators: of a token that anybody may use. */
        return g_strdup(_("No PIN needed"));
    const char *never = pf_never_words_get(self->never);
    return g_strdup(never != NULL ? never : _("No PIN cached"));
}

PfPinUrgency
pf_token_item_dup_pin(PfTokenItem *self, char **ret_words)
{
    *ret_words = NULL;
    if (self->uri == NULL)
        return PF_PIN_URGENCY_NONE;
    return pf_pin_state_dup_words((const char *const *)self->flags, self->tries_left, ret_words);
}

char *
pf_token_item_dup_state(PfTokenItem *self)
{
    switch (self->presence) {
    case PF_TOKEN_PRESENCE_NONE:
        return g_strdup(_("No card"));
    case PF_TOKEN_PRESENCE_READING:
        return g_strdup(_("Reading the card…"));
    case PF_TOKEN_PRESENCE_UNKNOWN:
        return g_strdup(_("Card not recognized"));
    case PF_TOKEN_PRESENCE_TOKEN:
        break;
    }
    g_autofree char *words = NULL;
    PfPinUrgency urgency = pf_token_item_dup_pin(self, &words);
    if (urgency == PF_PIN_URGENCY_BLOCKED ||
        (urgency == PF_PIN_URGENCY_WARNING && pf_token_item_count_pins(self) == 0))
        return g_steal_pointer(&words);
    return pf_token_item_dup_cache(self);
}

char *
pf_token_item_dup_serial(PfTokenItem *self)
{
    return self->uri != NULL ? pf_token_label_dup_serial(self->uri) : NULL;
}

char *
pf_token_item_dup_model(PfTokenItem *self)
{
    return self->uri != NULL ? pf_token_label_dup_model(self->uri) : NULL;
}

gboolean
pf_token_item_is_never_cached(PfTokenItem *self)
{
    return self->never != NULL;
}

const char *
pf_token_item_get_logout_words(PfTokenItem *self)
{
    if (self->uri == NULL)
        return NULL;
    if (g_strcmp0(self->logout, "ends") == 0)
        return _("A logout really ends access");
    if (g_strcmp0(self->logout, "ends-in-program") == 0)
        return _("A logout ends access in the program; the card may stay unlocked");
    if (g_strcmp0(self->logout, "readable") == 0)
        return _("A logout ends the use of keys; what was found can still be seen");
    if (g_strcmp0(self->logout, "mark") == 0)
        return self->reader != NULL
                   ? _("A logout leaves the card unlocked, until it is reset or pulled")
                   : _("A logout is only a mark in the program");
    if (g_strcmp0(self->logout, "no-login") == 0)
        return _("Needs no login");
    return _("What a logout ends was not measured");
}

const char *
pf_token_item_get_icon_name(PfTokenItem *self)
{
    if (self->uri == NULL)
        return "org.pinfold.Pinfold-no-token";
    return pf_token_item_count_pins(self) > 0 ? "org.pinfold.Pinfold-cached"
                                              : "org.pinfold.Pinfold-token";
}

static gboolean
are_flags_equal(GStrv a, GStrv b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

static gboolean
is_equal(PfTokenItem *self, PfTokenItem *other)
{
    return self->presence == other->presence && g_strcmp0(self->label, other->label) == 0 &&
           g_strcmp0(self->logout, other->logout) == 0 &&
           g_strcmp0(self->never, other->never) == 0 &&
           g_strcmp0(self->module_path, other->module_path) == 0 &&
           self->tries_left == other->tries_left && self->generates == other->generates &&
           are_flags_equal(self->flags, other->flags);
}

static gboolean
take_domains(PfTokenItem *self, PfTokenItem *other)
{
    GListModel *theirs = G_LIST_MODEL(other->domains);
    g_autoptr(GPtrArray) domains = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < g_list_model_get_n_items(theirs); i++)
        g_ptr_array_add(domains, g_list_model_get_item(theirs, i));
    return pf_list_update_set(self->domains, domains, pf_domain_item_is_equal);
}

void
pf_token_item_note_name(PfTokenItem *self)
{
    g_signal_emit(self, changed_signal, 0);
}

static void
set_text(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

gboolean
pf_token_item_take(PfTokenItem *self, PfTokenItem *other)
{
    gboolean changed = !is_equal(self, other);
    self->presence = other->presence;
    self->tries_left = other->tries_left;
    self->generates = other->generates;
    set_text(&self->label, other->label);
    set_text(&self->logout, other->logout);
    set_text(&self->never, other->never);
    set_text(&self->module_path, other->module_path);
    g_strfreev(self->flags);
    self->flags = g_strdupv(other->flags);
    changed |= take_domains(self, other);
    if (changed)
        g_signal_emit(self, changed_signal, 0);
    return changed;
}

PfTokenItem *
pf_token_item_dup(PfTokenItem *item)
{
    PfTokenItem *copy = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    copy->reader = g_strdup(item->reader);
    copy->uri = g_strdup(item->uri);
    pf_token_item_take(copy, item);
    return copy;
}

static void
finalize(GObject *object)
{
    PfTokenItem *self = PF_TOKEN_ITEM(object);
    g_free(self->reader);
    g_free(self->uri);
    g_free(self->label);
    g_strfreev(self->flags);
    g_free(self->logout);
    g_free(self->never);
    g_free(self->module_path);
    g_object_unref(self->domains);
    G_OBJECT_CLASS(pf_token_item_parent_class)->finalize(object);
}

static void
pf_token_item_class_init(PfTokenItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", PF_TYPE_TOKEN_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
pf_token_item_init(PfTokenItem *self)
{
    self->tries_left = -1;
    self->domains = g_list_store_new(PF_TYPE_DOMAIN_ITEM);
}
