/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: the whole of it: mode, forgetting, what can be seen of it from outside. */
#include "cache.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cache-private.h"

enum {
    SIGNAL_CHANGED,
    SIGNAL_FORGOTTEN,
    SIGNAL_TOKEN_REPORTED,
    SIGNAL_COUNT,
};

static guint signals[SIGNAL_COUNT];

G_DEFINE_FINAL_TYPE(PfCache, pf_cache, G_TYPE_OBJECT)

const char *
pf_forget_reason_get_name(PfForgetReason reason)
{
    static const char *const names[] = {
        [PF_FORGET_REMOVED] = "removed",
        [PF_FORGET_LAST_SESSION] = "last-session",
        [PF_FORGET_LOGOUT] = "logout",
        [PF_FORGET_REJECTED] = "rejected",
        [PF_FORGET_PIN_CHANGED] = "pin-changed",
        [PF_FORGET_LEASE_LOST] = "lease-lost",
        [PF_FORGET_MODE_CHANGED] = "mode-changed",
        [PF_FORGET_SETTING_LOOSENED] = "setting-loosened",
        [PF_FORGET_COMMAND] = "command",
        [PF_FORGET_PROCESS_GONE] = "process-gone",
        [PF_FORGET_AGENT_STOP] = "agent-stop",
    };
    return names[reason];
}

void
pf_cache_emit_changed(PfCache *self)
{
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void
say_forgotten(PfCache *self, const PfLoginDomain *domain, PfForgetReason reason)
{
    const char *name = pf_forget_reason_get_name(reason);
    g_info("A PIN was forgotten: %s (%s)", name, domain->token);
    g_signal_emit(self, signals[SIGNAL_FORGOTTEN], 0, domain->token, domain->app_id, name);
}

void
pf_cache_void_stores(PfCache *self, const PfLoginDomain *domain)
{
    /* A lease that is over has a copy of the PIN that is to be forgotten. */
    pf_cache_settle_leases(self, domain->token);
    PfLeaseQueue *queue = g_hash_table_lookup(self->queues, domain->token);
    if (queue != NULL && queue->current != NULL && queue->current->domain == domain)
        queue->current->may_store = FALSE;
    for (GList *l = queue != NULL ? queue->waiting.head : NULL; l != NULL; l = l->next) {
        PfLeaseRequest *request = l->data;
        if (pf_process_context_get_domain(request->context, request->entry) == domain)
            request->may_store = FALSE;
    }
}

gboolean
pf_cache_log_out_domain(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    gboolean was_public = domain->state == PF_LOGIN_PUBLIC;
    pf_cache_void_stores(self, domain);
    gboolean had_pin = pf_login_domain_log_out(domain);
    if (had_pin)
        say_forgotten(self, domain, reason);
    if (!was_public)
        pf_cache_emit_changed(self);
    return had_pin;
}

gboolean
pf_cache_put_to_sleep(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    pf_cache_void_stores(self, domain);
    if (!pf_login_domain_sleep(domain))
        return FALSE;
    say_forgotten(self, domain, reason);
    pf_cache_emit_changed(self);
    return TRUE;
}

void
pf_cache_check_domain(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    if (!domain->is_open && domain->state != PF_LOGIN_PUBLIC &&
        pf_login_domain_count_sessions(domain) == 0)
        pf_cache_log_out_domain(self, domain, reason);
    if (!domain->is_open && domain->members->len == 0)
        g_ptr_array_remove_fast(self->domains, domain);
}

PfCacheMode
pf_cache_get_mode(PfCache *self)
{
    return self->mode;
}

static gboolean
matches(const PfLoginDomain *domain, const PfDomainFilter *filter)
{
    if (filter->token_uri != NULL && strcmp(filter->token_uri, domain->token) != 0)
        return FALSE;
    if (filter->has_app_id && filter->app_id != domain->app_id)
        return FALSE;
    if (filter->pid == 0)
        return TRUE;
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if ((guint32)member->context->identity->pid == filter->pid)
            return TRUE;
    }
    return FALSE;
}

guint
pf_cache_forget(PfCache *self, const PfDomainFilter *filter, PfForgetReason reason)
{
    guint count = 0;
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (matches(domain, filter))
            count += pf_cache_put_to_sleep(self, domain, reason);
    }
    return count;
}

void
pf_cache_token_removed(PfCache *self, const char *token_uri, PfForgetReason reason)
{
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (token_uri == NULL || strcmp(domain->token, token_uri) == 0)
            pf_cache_log_out_domain(self, domain, reason);
    }
    if (self->rejected != NULL)
        pf_rejected_pins_forget(self->rejected, token_uri);
    pf_cache_drop_token_prompts(self, token_uri);
    pf_cache_drop_token_waiting(self, token_uri);
    pf_cache_lose_token_lease(self, token_uri, reason);
}

static void
free_member_info(gpointer data)
{
    PfDomainMemberInfo *info = data;
    g_free(info->exe);
    g_free(info->name);
    g_free(info);
}

static void
free_domain_info(gpointer data)
{
    PfDomainInfo *info = data;
    g_free(info->token_uri);
    g_ptr_array_unref(info->members);
    g_free(info);
}

/* One line for each process, whatever number of entries it has in the domain. */
static GPtrArray *
list_members(const PfLoginDomain *domain)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_member_info);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        guint32 sessions = pf_process_context_count_sessions(member->context, member->entry);
        PfDomainMemberInfo *info = g_hash_table_lookup(seen, member->context);
        if (info != NULL) {
            info->sessions += sessions;
            continue;
        }
        info = g_new0(PfDomainMemberInfo, 1);
        info->pid = (guint32)member->context->identity->pid;
        info->exe = g_strdup(member->context->identity->exe);
        info->name = g_strdup(pf_peer_identity_get_name(member->context->identity));
        info->sessions = sessions;
        g_hash_table_insert(seen, member->context, info);
        g_ptr_array_add(list, info);
    }
    return list;
}

static PfDomainInfo *
make_domain_info(const PfLoginDomain *domain)
{
    PfDomainInfo *info = g_new0(PfDomainInfo, 1);
    info->app_id = domain->app_id;
    info->token_uri = g_strdup(domain->token);
    info->logged_in = domain->pin != NULL;
    info->asleep = domain->state == PF_LOGIN_ASLEEP;
    info->open = domain->is_open;
    info->since = domain->since;
    if (domain->pin != NULL)
        info->idle_s = (g_get_monotonic_time() - domain->last_used) / G_USEC_PER_SEC;
    info->expires_s = -1;
    info->members = list_members(domain);
    return info;
}

GPtrArray *
pf_cache_list_domains(PfCache *self)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_domain_info);
    for (guint i = 0; i < self->domains->len; i++) {
        const PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (domain->state != PF_LOGIN_PUBLIC || domain->is_open ||
            pf_login_domain_count_sessions(domain) > 0)
            g_ptr_array_add(list, make_domain_info(domain));
    }
    return list;
}

static gboolean
is_id_taken(PfCache *self, guint64 id)
{
    for (guint i = 0; i < self->contexts->len; i++) {
        if (((PfProcessContext *)g_ptr_array_index(self->contexts, i))->default_id == id)
            return TRUE;
    }
    for (guint i = 0; i < self->domains->len; i++) {
        if (((PfLoginDomain *)g_ptr_array_index(self->domains, i))->app_id == id)
            return TRUE;
    }
    return FALSE;
}

guint64
pf_cache_draw_id(PfCache *self)
{
    guint64 id = 0;
    /* One drawn before comes again with a chance of 2^-64 for each: never, for our purposes. */
    while (id == 0 || is_id_taken(self, id)) {
        if (getrandom(&id, sizeof id, 0) != sizeof id)
            id = 0;
    }
    return id;
}

static PfCacheMode
read_mode(PfCache *self)
{
    static gboolean said_shared = FALSE;
    g_autofree char *mode = pf_agent_settings_dup_cache_mode(self->settings);
    if (!self->config->cache_pin || self->rejected == NULL || strcmp(mode, "off") == 0)
        return PF_CACHE_MODE_OFF;
    if (strcmp(mode, "shared") == 0 && !said_shared) {
        said_shared = TRUE;
        g_message("The cache mode `shared` is not there yet: each process has its own login");
    }
    return PF_CACHE_MODE_PROCESS;
}

void
pf_cache_publish_policy(PfCache *self, PfProcessContext *context)
{
    guint32 policy = 0;
    if (self->mode != PF_CACHE_MODE_OFF)
        policy |= PF_POLICY_CACHE;
    if (context->may_show_protected_path)
        policy |= PF_POLICY_PROTECTED_PATH;
    if (self->confirms)
        policy |= PF_POLICY_CONFIRM;
    pf_state_writer_set_policy(context->state, policy,
                               pf_agent_settings_get_release_delay_ms(self->settings));
}

/* The sessions of a process that have an explicit ID, or those that have none, go to a domain that
 * is theirs now. */
static void
move_entries(PfCache *self, PfProcessContext *context, gboolean is_explicit, PfForgetReason reason)
{
    for (guint i = 0; i < context->entries->len; i++) {
        const PfContextEntry *entry = &g_array_index(context->entries, PfContextEntry, i);
        if (entry->is_explicit != is_explicit)
            continue;
        PfLoginDomain *old = pf_login_domain_ref(entry->domain);
        guint64 app_id = is_explicit ? entry->app_id : context->default_id;
        pf_cache_log_out_domain(self, old, reason);
        PfLoginDomain *domain =
            pf_cache_find_or_add_domain(self, context, entry->token, app_id, is_explicit);
        pf_process_context_move_entry(context, i, domain);
        pf_cache_check_domain(self, old, reason);
        pf_login_domain_unref(old);
    }
}

static void
move_to_new_id(PfCache *self, PfProcessContext *context)
{
    if (self->config->has_app_id)
        return; /* the ID is fixed for every process */
    context->default_id = pf_cache_draw_id(self);
    pf_state_writer_set_default_id(context->state, context->default_id);
    move_entries(self, context, FALSE, PF_FORGET_MODE_CHANGED);
}

static PfSharing
read_sharing(PfCache *self)
{
    g_autofree char *name = pf_agent_settings_dup_sharing(self->settings);
    return pf_sharing_from_name(name);
}

/* Any program of the user can change the rule, so no PIN survives that (DESIGN 8); and who shares
 * is found anew, for a stricter rule as for a looser one. */
static void
change_sharing(PfCache *self, PfSharing sharing)
{
    self->sharing = sharing;
    pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        domain->is_retired = domain->is_shareable;
    }
    for (guint i = 0; i < self->contexts->len; i++)
        move_entries(self, g_ptr_array_index(self->contexts, i), TRUE, PF_FORGET_SETTING_LOOSENED);
}

/* A cached PIN may serve more than what it was typed for from now on: not one that any program of
 * the user could have turned this on for (DESIGN 8). */
static void
change_confirms(PfCache *self, gboolean confirms)
{
    if (confirms && !self->confirms)
        pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    self->confirms = confirms;
}

static void
on_settings_changed(PfAgentSettings *settings, PfCache *self)
{
    PfCacheMode mode = read_mode(self);
    PfSharing sharing = read_sharing(self);
    change_confirms(self, pf_agent_settings_get_confirm_signatures(settings));
    if (sharing != self->sharing)
        change_sharing(self, sharing);
    gboolean has_mode_changed = mode != self->mode;
    self->mode = mode;
    if (has_mode_changed && mode == PF_CACHE_MODE_OFF) {
        for (guint i = 0; i < self->domains->len; i++)
            pf_cache_log_out_domain(self, g_ptr_array_index(self->domains, i),
                                    PF_FORGET_MODE_CHANGED);
    }
    for (guint i = 0; i < self->contexts->len; i++) {
        PfProcessContext *context = g_ptr_array_index(self->contexts, i);
        if (has_mode_changed)
            move_to_new_id(self, context);
        pf_cache_publish_policy(self, context);
    }
    if (has_mode_changed)
        pf_cache_emit_changed(self);
}

PfCache *
pf_cache_new(PfConfig *config, PfAgentSettings *settings, PfPromptBroker *broker, GError **error)
{
    g_autoptr(PfCache) self = g_object_new(PF_TYPE_CACHE, NULL);
    self->config = config;
    self->settings = g_object_ref(settings);
    self->broker = g_object_ref(broker);
    self->life_fd = pf_life_page_create(&self->life);
    if (self->life_fd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-self->life_fd), "no life page: %s",
                    g_strerror(-self->life_fd));
        return NULL;
    }
    self->rejected = pf_rejected_pins_new();
    if (self->rejected == NULL)
        g_warning("No memory can be locked (ulimit -l): nothing is cached");
    self->mode = read_mode(self);
    self->sharing = read_sharing(self);
    self->confirms = pf_agent_settings_get_confirm_signatures(settings);
    g_signal_connect_object(settings, "changed", G_CALLBACK(on_settings_changed), self, 0);
    return g_steal_pointer(&self);
}

int
pf_cache_get_life_fd(PfCache *self)
{
    return self->life_fd;
}

void
pf_cache_set_close_func(PfCache *self, PfCacheCloseFunc func)
{
    self->close_connection = func;
}

void
pf_cache_report_token(PfCache *self, const PfReportedToken *report)
{
    switch (report->event) {
    case PF_TOKEN_EVENT_PIN_CHANGED:
    case PF_TOKEN_EVENT_INITIALISED:
        pf_cache_token_removed(self, report->token_uri, PF_FORGET_PIN_CHANGED);
        break;
    case PF_TOKEN_EVENT_GONE:
        pf_cache_token_removed(self, report->token_uri, PF_FORGET_REMOVED);
        break;
    case PF_TOKEN_EVENT_OBJECTS_CHANGED:
        for (guint i = 0; i < self->domains->len; i++) {
            PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
            if (strcmp(domain->token, report->token_uri) == 0)
                pf_login_domain_bump_objects(domain);
        }
        break;
    case PF_TOKEN_EVENT_SEEN:
    case PF_TOKEN_EVENT_EXPLICIT_REJECTED:
        break;
    }
    g_signal_emit(self, signals[SIGNAL_TOKEN_REPORTED], 0, report);
}

static void
pf_cache_finalize(GObject *object)
{
    PfCache *self = PF_CACHE(object);
    /* Contexts leave their domains, so they go first. */
    g_hash_table_unref(self->retries);
    g_ptr_array_unref(self->prompting);
    g_hash_table_unref(self->queues);
    g_ptr_array_unref(self->contexts);
    g_ptr_array_unref(self->domains);
    g_clear_handle_id(&self->waiting_timer, g_source_remove);
    pf_rejected_pins_free(self->rejected);
    pf_life_page_end(self->life);
    if (self->life_fd >= 0)
        close(self->life_fd);
    pf_config_free(self->config);
    g_clear_object(&self->settings);
    g_clear_object(&self->broker);
    G_OBJECT_CLASS(pf_cache_parent_class)->finalize(object);
}

static void
pf_cache_class_init(PfCacheClass *klass)
{
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = pf_cache_finalize;
    signals[SIGNAL_CHANGED] =
        g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_FORGOTTEN] =
        g_signal_new("forgotten", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                     G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_STRING);
    signals[SIGNAL_TOKEN_REPORTED] = g_signal_new("token-reported", type, G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
pf_cache_init(PfCache *self)
{
    self->life_fd = -1;
    self->contexts = g_ptr_array_new_with_free_func((GDestroyNotify)pf_process_context_free);
    self->domains = g_ptr_array_new_with_free_func((GDestroyNotify)pf_login_domain_unref);
    self->queues =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)pf_lease_queue_free);
    self->prompting = g_ptr_array_new();
    self->retries = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                          (GDestroyNotify)pf_prompt_retry_free);
}
