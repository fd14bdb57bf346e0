/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenItem: a reader or token of GetStatus with its domains, and the words for it. */
#include "token-item.h"

#include <glib/gi18n.h>

struct _PfTokenItem {
    GObject parent_instance;
    char *reader;
    char *uri;
    char *label;
    GStrv flags;
    char *logout; /* the word of GetStatus, or NULL */
    gboolean card_present;
    GListStore *domains;
};

G_DEFINE_FINAL_TYPE(PfTokenItem, pf_token_item, G_TYPE_OBJECT)

static gboolean
has_flag(PfTokenItem *self, const char *name)
{
    return self->flags != NULL && g_strv_contains((const char *const *)self->flags, name);
}

PfTokenItem *
pf_token_item_new(const char *reader, const char *uri, const char *label, const char *const *flags)
{
    PfTokenItem *self = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    self->reader = g_strdup(reader);
    self->uri = g_strdup(uri);
    self->label = g_utf8_make_valid(label != NULL ? label : "", -1);
    self->flags = g_strdupv((GStrv)flags);
    self->card_present = TRUE;
    return self;
}

PfTokenItem *
pf_token_item_new_reader(const char *reader, gboolean card_present)
{
    PfTokenItem *self = g_object_new(PF_TYPE_TOKEN_ITEM, NULL);
    self->reader = g_strdup(reader);
    self->card_present = card_present;
    return self;
}

void
pf_token_item_set_logout(PfTokenItem *self, const char *logout)
{
    g_free(self->logout);
    self->logout = g_strdup(logout);
}

void
pf_token_item_add_domain(PfTokenItem *self, PfDomainItem *domain)
{
    g_list_store_append(self->domains, domain);
}

const char *
pf_token_item_get_uri(PfTokenItem *self)
{
    return self->uri;
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

char *
pf_token_item_dup_title(PfTokenItem *self)
{
    if (self->uri == NULL)
        return g_strdup(self->reader);
    if (self->label[0] != '\0')
        return g_strdup(self->label);
    return g_strdup(_("Unnamed token"));
}

char *
pf_token_item_dup_detail(PfTokenItem *self)
{
    if (self->uri == NULL)
        return g_strdup(_("Card reader"));
    if (self->reader == NULL)
        return g_strdup(_("Software token"));
    return g_strdup(self->reader);
}

char *
pf_token_item_dup_state(PfTokenItem *self)
{
    if (self->uri == NULL)
        return g_strdup(self->card_present ? _("Card not recognized") : _("No card"));
    if (has_flag(self, "USER_PIN_LOCKED"))
        return g_strdup(_("PIN blocked"));
    guint count = pf_token_item_count_pins(self);
    if (count == 1)
        return g_strdup(_("PIN cached"));
    if (count > 1)
        /* Translators: that many programs, or groups of programs, have the PIN of a token. */
        return g_strdup_printf(ngettext("PIN cached for %u program", "PIN cached for %u programs",
                                        count),
                               count);
    if (has_flag(self, "USER_PIN_FINAL_TRY"))
        return g_strdup(_("One try left"));
    return g_strdup(_("No PIN cached"));
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

gboolean
pf_token_item_is_equal(PfTokenItem *self, PfTokenItem *other)
{
    if (g_strcmp0(self->reader, other->reader) != 0 || g_strcmp0(self->uri, other->uri) != 0 ||
        g_strcmp0(self->label, other->label) != 0 || g_strcmp0(self->logout, other->logout) != 0 ||
        self->card_present != other->card_present || !are_flags_equal(self->flags, other->flags))
        return FALSE;
    GListModel *mine = G_LIST_MODEL(self->domains);
    GListModel *theirs = G_LIST_MODEL(other->domains);
    guint count = g_list_model_get_n_items(mine);
    if (count != g_list_model_get_n_items(theirs))
        return FALSE;
    for (guint i = 0; i < count; i++) {
        g_autoptr(PfDomainItem) a = g_list_model_get_item(mine, i);
        g_autoptr(PfDomainItem) b = g_list_model_get_item(theirs, i);
        if (!pf_domain_item_is_equal(a, b))
            return FALSE;
    }
    return TRUE;
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
    g_object_unref(self->domains);
    G_OBJECT_CLASS(pf_token_item_parent_class)->finalize(object);
}

static void
pf_token_item_class_init(PfTokenItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_token_item_init(PfTokenItem *self)
{
    self->domains = g_list_store_new(PF_TYPE_DOMAIN_ITEM);
}
