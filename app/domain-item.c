/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomainItem: a domain of GetStatus, immutable, with the words for it. */
#include "domain-item.h"

#include <glib/gi18n.h>

#include "program-label.h"
#include "time-text.h"

struct _PfDomainItem {
    GObject parent_instance;
    char *app_id;
    char *token_uri;
    gboolean logged_in;
    gboolean asleep;
    gboolean open;
    gint64 since;
    gint64 until; /* of the PIN; 0: no end is set */
    char *names;  /* "Firefox, ssh" or NULL without members */
    char *pids;   /* "12, 34" or NULL */
    char *still;  /* the names of those whose operation has outlived the PIN, or NULL */
    guint member_count;
};

G_DEFINE_FINAL_TYPE(PfDomainItem, pf_domain_item, G_TYPE_OBJECT)

static char *
join(GPtrArray *words)
{
    if (words->len == 0)
        return NULL;
    g_ptr_array_add(words, NULL);
    return g_strjoinv(", ", (char **)words->pdata);
}

static void
add_name(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

static void
read_members(PfDomainItem *self, GVariant *members)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) still = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) pids = g_ptr_array_new_with_free_func(g_free);
    GVariantIter iter;
    GVariant *member;
    g_variant_iter_init(&iter, members);
    while (g_variant_iter_loop(&iter, "@a{sv}", &member)) {
        const char *name = NULL;
        const char *exe = NULL;
        guint32 pid = 0;
        gboolean still_open = FALSE;
        g_variant_lookup(member, "still_open", "b", &still_open);
        g_variant_lookup(member, "name", "&s", &name);
        g_variant_lookup(member, "exe", "&s", &exe);
        g_variant_lookup(member, "pid", "u", &pid);
        g_autofree char *label = pf_program_label_dup(name, exe);
        const char *shown = label != NULL ? label : _("Unknown program");
        add_name(names, shown);
        if (still_open && !self->logged_in)
            add_name(still, shown);
        g_ptr_array_add(pids, g_strdup_printf("%u", pid));
    }
    self->member_count = pids->len;
    self->names = join(names);
    self->pids = join(pids);
    self->still = join(still);
}

/* The agent tells how long, which is another number each time. */
static void
read_end(PfDomainItem *self, GVariant *domain)
{
    gint64 left = -1;
    if (self->logged_in && g_variant_lookup(domain, "expires_s", "x", &left) && left >= 0)
        self->until = g_get_real_time() / G_USEC_PER_SEC + left;
}

PfDomainItem *
pf_domain_item_new(GVariant *domain)
{
    PfDomainItem *self = g_object_new(PF_TYPE_DOMAIN_ITEM, NULL);
    g_variant_lookup(domain, "app_id", "s", &self->app_id);
    g_variant_lookup(domain, "token_uri", "s", &self->token_uri);
    g_variant_lookup(domain, "logged_in", "b", &self->logged_in);
    g_variant_lookup(domain, "asleep", "b", &self->asleep);
    g_variant_lookup(domain, "open", "b", &self->open);
    g_variant_lookup(domain, "since", "x", &self->since);
    read_end(self, domain);
    g_autoptr(GVariant) members =
        g_variant_lookup_value(domain, "members", G_VARIANT_TYPE("aa{sv}"));
    if (members != NULL)
        read_members(self, members);
    if (self->app_id == NULL)
        self->app_id = g_strdup("");
    if (self->token_uri == NULL)
        self->token_uri = g_strdup("");
    return self;
}

const char *
pf_domain_item_get_app_id(PfDomainItem *self)
{
    return self->app_id;
}

const char *
pf_domain_item_get_token_uri(PfDomainItem *self)
{
    return self->token_uri;
}

gboolean
pf_domain_item_has_pin(PfDomainItem *self)
{
    return self->logged_in;
}

gboolean
pf_domain_item_is_open(PfDomainItem *self)
{
    return self->open;
}

gboolean
pf_domain_item_is_shown(PfDomainItem *self)
{
    return self->logged_in || self->asleep || self->open || self->still != NULL;
}

const char *
pf_domain_item_get_programs(PfDomainItem *self)
{
    return self->names;
}

gint64
pf_domain_item_get_until(PfDomainItem *self)
{
    return self->until;
}

const char *
pf_domain_item_get_still_open(PfDomainItem *self)
{
    return self->still;
}

/* Translators: a login that stays without programs; %s is its application ID, two numbers with a
 * colon. Begins a line. */
static char *
dup_kept_open(PfDomainItem *self)
{
    return g_strdup_printf(_("Kept open (ID %s)"), self->app_id);
}

char *
pf_domain_item_dup_title(PfDomainItem *self)
{
    if (self->names != NULL)
        return g_strdup(self->names);
    if (self->open)
        return dup_kept_open(self);
    /* Translators: %s is an application ID, two numbers with a colon; no program is running with
     * it now. */
    return g_strdup_printf(_("Application ID %s"), self->app_id);
}

static char *
dup_state(PfDomainItem *self)
{
    g_autofree char *since = pf_time_text_dup(self->since);
    if (self->logged_in && self->since > 0)
        /* Translators: %s is a time of day, or date and time. */
        return g_strdup_printf(_("PIN cached since %s"), since);
    if (self->logged_in)
        return g_strdup(_("PIN cached"));
    if (self->asleep)
        return g_strdup(_("PIN forgotten; asks again at the next use"));
    return g_strdup(_("No PIN cached"));
}

/* Translators: joins two facts about a login: “PIN cached · Kept open (ID 1:2)”; takes both. */
static char *
join_facts(char *first, char *second)
{
    char *both = g_strdup_printf(_("%s · %s"), first, second);
    g_free(first);
    g_free(second);
    return both;
}

char *
pf_domain_item_dup_detail(PfDomainItem *self)
{
    g_autofree char *state = dup_state(self);
    if (self->still != NULL)
        state = join_facts(g_steal_pointer(&state),
                           /* Translators: %s is a program, or several with commas, that is using
                            * the token although the PIN is forgotten. */
                           g_strdup_printf(_("Still open in %s"), self->still));
    if (self->names != NULL && self->open)
        state = join_facts(g_steal_pointer(&state), dup_kept_open(self));
    if (self->pids == NULL)
        return g_steal_pointer(&state);
    g_autofree char *processes = g_strdup_printf(
        /* Translators: %s is a process ID, or several with commas. */
        ngettext("Process %s", "Processes %s", self->member_count), self->pids);
    /* Translators: the processes, then what Pinfold has for them: “Process 12 · PIN cached”. */
    return g_strdup_printf(_("%s · %s"), processes, state);
}

/* Shown in minutes, and a second apart for no reason but rounding. */
static gboolean
is_about(gint64 a, gint64 b)
{
    return ABS(a - b) <= 1;
}

gboolean
pf_domain_item_is_equal(gconstpointer a, gconstpointer b)
{
    const PfDomainItem *self = a;
    const PfDomainItem *other = b;
    return g_str_equal(self->app_id, other->app_id) &&
           g_str_equal(self->token_uri, other->token_uri) && self->logged_in == other->logged_in &&
           self->asleep == other->asleep && self->open == other->open &&
           self->since == other->since && is_about(self->until, other->until) &&
           g_strcmp0(self->names, other->names) == 0 && g_strcmp0(self->still, other->still) == 0 &&
           g_strcmp0(self->pids, other->pids) == 0;
}

static void
finalize(GObject *object)
{
    PfDomainItem *self = PF_DOMAIN_ITEM(object);
    g_free(self->app_id);
    g_free(self->token_uri);
    g_free(self->names);
    g_free(self->pids);
    g_free(self->still);
    G_OBJECT_CLASS(pf_domain_item_parent_class)->finalize(object);
}

static void
pf_domain_item_class_init(PfDomainItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_domain_item_init(PfDomainItem *self)
{
}
