/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: the whole of it, and what makes it forget. */
#include "cache.h"

#include <string.h>
#include <unistd.h>

#include "cache-private.h"

enum {
    SIGNAL_CHANGED,
    SIGNAL_FORGOTTEN,
    SIGNAL_TOKEN_REPORTED,
    SIGNAL_PIN_PRESENTED,
    SIGNAL_CONSENTS_CHANGED,
    SIGNAL_STORED_PINS_CHANGED,
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
        [PF_FORGET_ID_CLOSED] = "id-closed",
        [PF_FORGET_AGENT_STOP] = "agent-stop",
        [PF_FORGET_SCREEN_LOCKED] = "screen-locked",
        [PF_FORGET_SUSPEND] = "suspend",
        [PF_FORGET_USER_SWITCH] = "user-switch",
        [PF_FORGET_SESSION_END] = "session-end",
        [PF_FORGET_IDLE_TIMEOUT] = "idle-timeout",
        [PF_FORGET_MAX_LIFETIME] = "max-lifetime",
    };
    return names[reason];
}

void
pf_cache_emit_changed(PfCache *self)
{
    pf_cache_settle_wakes(self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

void
pf_cache_emit_consents_changed(PfCache *self)
{
    g_signal_emit(self, signals[SIGNAL_CONSENTS_CHANGED], 0);
}

void
pf_cache_emit_stored_pins_changed(PfCache *self)
{
    g_signal_emit(self, signals[SIGNAL_STORED_PINS_CHANGED], 0);
}

void
pf_cache_emit_pin_presented(PfCache *self, const char *token_uri, gboolean accepted)
{
    g_signal_emit(self, signals[SIGNAL_PIN_PRESENTED], 0, token_uri, accepted);
}

static void
say_forgotten(PfCache *self, const PfLoginDomain *domain, PfForgetReason reason)
{
    const char *name = pf_forget_reason_get_name(reason);
    g_info("A PIN was forgotten: %s (%s)", name, domain->token);
    pf_cache_record_forgotten(self, domain, name);
    if (reason != PF_FORGET_REMOVED)
        pf_cache_note_still_open(self, domain);
    g_signal_emit(self, signals[SIGNAL_FORGOTTEN], 0, domain->token, domain->app_id, name);
}

/* Would a login by the entry be one of DOMAIN's ID, wherever the entry is now? */
static gboolean
would_log_in(PfProcessContext *context, unsigned entry, const PfLoginDomain *domain)
{
    const PfLoginDomain *own = pf_process_context_get_domain(context, entry);
    return own == domain || (own->set != NULL && own->set == domain->set);
}

void
pf_cache_void_stores(PfCache *self, const PfLoginDomain *domain)
{
    /* A lease that is over has a copy of the PIN that is to be forgotten. */
    pf_cache_settle_leases(self, domain->token);
    PfLeaseQueue *queue = g_hash_table_lookup(self->queues, domain->token);
    PfPinLease *lease = queue != NULL ? queue->current : NULL;
    if (lease != NULL &&
        (lease->domain == domain || would_log_in(lease->context, lease->entry, domain)))
        lease->may_store = FALSE;
    for (GList *l = queue != NULL ? queue->waiting.head : NULL; l != NULL; l = l->next) {
        PfLeaseRequest *request = l->data;
        if (would_log_in(request->context, request->entry, domain))
            request->may_store = FALSE;
    }
}

gboolean
pf_cache_log_out_domain(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    gboolean was_public = domain->state == PF_LOGIN_PUBLIC;
    pf_cache_void_stores(self, domain);
    if (!was_public)
        pf_cache_strip_lease(self, domain);
    gboolean had_pin = pf_login_domain_log_out(domain);
    if (had_pin)
        say_forgotten(self, domain, reason);
    if (was_public)
        return had_pin;
    if (self->consent != NULL && self->consent->login_ended != NULL)
        self->consent->login_ended(self->consent_data, domain);
    pf_cache_reunite(self, domain);
    pf_cache_emit_changed(self);
    return had_pin;
}

gboolean
pf_cache_put_to_sleep(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    pf_cache_void_stores(self, domain);
    pf_cache_strip_lease(self, domain);
    if (!pf_login_domain_sleep(domain))
        return FALSE;
    pf_cache_keyring_seal(self->keyring, domain->token);
    say_forgotten(self, domain, reason);
    pf_cache_emit_changed(self);
    return TRUE;
}

gboolean
pf_cache_allows_keyring(PfCache *self)
{
    return pf_cache_keyring_is_allowed(self->keyring);
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
    if (!filter->has_app_id && filter->pid == 0)
        pf_cache_keyring_seal(self->keyring, filter->token_uri);
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
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(domains, i);
        if (token_uri != NULL && strcmp(domain->token, token_uri) != 0)
            continue;
        if (reason == PF_FORGET_REMOVED)
            pf_login_domain_note_removal(domain);
        pf_login_domain_bump_token_changes(domain);
        pf_cache_log_out_domain(self, domain, reason);
    }
    if (self->rejected != NULL)
        pf_rejected_pins_forget(self->rejected, token_uri);
    /* A card that is pulled takes its tries along. */
    if (reason == PF_FORGET_PIN_CHANGED) {
        pf_pin_warnings_forget(self->warnings, token_uri);
        pf_cache_keyring_forget(self->keyring, token_uri);
    }
    pf_cache_drop_token_prompts(self, token_uri);
    pf_cache_drop_token_waiting(self, token_uri);
    pf_cache_lose_token_lease(self, token_uri, reason);
}

PfCache *
pf_cache_new(PfConfig *config, PfAgentSettings *settings, PfPromptBroker *broker,
             PfConsentStore *consents, GError **error)
{
    g_autoptr(PfCache) self = g_object_new(PF_TYPE_CACHE, NULL);
    self->config = config;
    self->settings = g_object_ref(settings);
    self->broker = g_object_ref(broker);
    self->decisions = pf_cache_consent_new(self, consents);
    self->keyring = pf_cache_keyring_new(self);
    self->life_fd = pf_life_page_create(&self->life);
    if (self->life_fd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-self->life_fd), "no life page: %s",
                    g_strerror(-self->life_fd));
        return NULL;
    }
    self->rejected = pf_rejected_pins_new();
    if (self->rejected == NULL)
        g_warning("No memory can be locked (ulimit -l): nothing is cached");
    pf_cache_read_settings(self);
    g_signal_connect_object(settings, "changed", G_CALLBACK(pf_cache_on_settings_changed), self,
                            G_CONNECT_SWAPPED);
    self->timers = pf_cache_timers_new(self, settings, error);
    return self->timers != NULL ? g_steal_pointer(&self) : NULL;
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
pf_cache_note_token_flags(PfCache *self, const char *token_uri, CK_FLAGS flags, gint64 since)
{
    pf_pin_warnings_set(self->warnings, token_uri, flags, since);
}

void
pf_cache_objects_changed(PfCache *self, const char *token_uri)
{
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (strcmp(domain->token, token_uri) == 0)
            pf_login_domain_bump_objects(domain);
    }
}

void
pf_cache_report_token(PfCache *self, PfProcessContext *context, const PfReportedToken *report)
{
    switch (report->event) {
    case PF_TOKEN_EVENT_PIN_CHANGED:
    case PF_TOKEN_EVENT_INITIALISED:
        pf_cache_record_token(self, PF_HISTORY_PIN_CHANGED, context, report->token_uri,
                              report->event == PF_TOKEN_EVENT_PIN_CHANGED ? "program"
                                                                          : "initialised");
        pf_cache_token_removed(self, report->token_uri, PF_FORGET_PIN_CHANGED);
        pf_cache_emit_pin_presented(self, report->token_uri, TRUE);
        break;
    case PF_TOKEN_EVENT_GONE:
        pf_cache_token_removed(self, report->token_uri, PF_FORGET_REMOVED);
        break;
    case PF_TOKEN_EVENT_OBJECTS_CHANGED:
        pf_cache_objects_changed(self, report->token_uri);
        break;
    case PF_TOKEN_EVENT_EXPLICIT_REJECTED:
        /* A login that has ended by now was before this. */
        pf_cache_settle_leases(self, report->token_uri);
        pf_pin_warnings_add(self->warnings, report->token_uri, report->token_flags);
        pf_cache_record_token(self, PF_HISTORY_REFUSED, context, report->token_uri,
                              pf_cache_get_rejection_name(report->token_flags));
        pf_cache_emit_pin_presented(self, report->token_uri, FALSE);
        break;
    case PF_TOKEN_EVENT_SEEN:
        break;
    }
    g_signal_emit(self, signals[SIGNAL_TOKEN_REPORTED], 0, report);
}

static void
pf_cache_finalize(GObject *object)
{
    PfCache *self = PF_CACHE(object);
    g_clear_pointer(&self->decisions, pf_cache_consent_free);
    pf_cache_keyring_free(self->keyring);
    pf_cache_timers_free(self->timers);
    /* Contexts leave their domains, so they go first. */
    g_hash_table_unref(self->retries);
    g_ptr_array_unref(self->prompting);
    g_hash_table_unref(self->queues);
    g_hash_table_unref(self->identities);
    g_ptr_array_unref(self->contexts);
    g_hash_table_unref(self->sets);
    g_ptr_array_unref(self->domains);
    g_clear_handle_id(&self->waiting_timer, g_source_remove);
    g_clear_handle_id(&self->wakes_source, g_source_remove);
    g_clear_handle_id(&self->still_open_look, g_source_remove);
    pf_rejected_pins_free(self->rejected);
    pf_pin_warnings_free(self->warnings);
    g_strfreev(self->doubled);
    pf_signature_tokens_free(self->signature_tokens);
    pf_life_page_end(self->life);
    if (self->life_fd >= 0)
        close(self->life_fd);
    pf_history_free(self->history); /* contexts and domains name programs of it */
    pf_cache_drop_settings(self);
    g_hash_table_unref(self->group_ids);
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
    signals[SIGNAL_PIN_PRESENTED] =
        g_signal_new("pin-presented", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                     G_TYPE_STRING, G_TYPE_BOOLEAN);
    signals[SIGNAL_STORED_PINS_CHANGED] =
        g_signal_new("stored-pins-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 0);
    signals[SIGNAL_CONSENTS_CHANGED] = g_signal_new("consents-changed", type, G_SIGNAL_RUN_LAST, 0,
                                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_cache_init(PfCache *self)
{
    self->life_fd = -1;
    self->history = pf_history_new();
    self->default_group_id = pf_cache_draw_id();
    /* A module may still have to end a lease of an agent before this one. */
    self->last_lease = pf_cache_draw_id() >> 1;
    self->warnings = pf_pin_warnings_new();
    self->doubled = g_new0(char *, 1);
    self->signature_tokens = pf_signature_tokens_new();
    self->group_ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->contexts = g_ptr_array_new_with_free_func((GDestroyNotify)pf_process_context_free);
    self->identities = g_hash_table_new(pf_peer_identity_hash, pf_peer_identity_equal);
    self->domains = g_ptr_array_new_with_free_func((GDestroyNotify)pf_login_domain_unref);
    self->sets = g_hash_table_new_full(pf_domain_set_hash, pf_domain_set_equal, NULL,
                                       (GDestroyNotify)pf_domain_set_free);
    self->queues =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)pf_lease_queue_free);
    self->prompting = g_ptr_array_new();
    self->retries = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                          (GDestroyNotify)pf_prompt_retry_free);
}
