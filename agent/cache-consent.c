/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheConsent: what was decided, and for which programs and logins it counts. */
#include "cache-consent.h"

#include <string.h>

#include "app-id.h"
#include "cache-consent-private.h"
#include "token-uri.h"

/* As many as a dialog can show. */
#define USERS_MAX 8u
/* Of the members of a login; finding a program's name is not cheap. */
#define MEMBERS_LOOKED_AT 32u

/* A process that may use one login. The serial is of no other login, of whatever domain. */
typedef struct {
    const PfProcessContext *context;
    guint64 serial;
} Grant;

void
pf_cache_consent_init_subject(PfConsentSubject *subject, PfProcessContext *context,
                              PfLoginDomain *domain)
{
    const PfProgramKey *program = pf_process_context_get_program(context);
    *subject = (PfConsentSubject){
        .program = pf_program_key_dup(program),
        .stranger = program->is_known && !program->is_relay ? 0 : context->number,
        .domain = pf_login_domain_ref(domain),
        .serial = domain->serial,
    };
}

void
pf_cache_consent_copy_subject(const PfConsentSubject *subject, PfConsentSubject *copy)
{
    *copy = *subject;
    copy->program = pf_program_key_dup(subject->program);
    copy->domain = pf_login_domain_ref(subject->domain);
}

void
pf_cache_consent_clear_subject(PfConsentSubject *subject)
{
    pf_program_key_free(subject->program);
    pf_login_domain_unref(subject->domain);
}

gboolean
pf_cache_consent_is_same_subject(const PfConsentSubject *a, const PfConsentSubject *b)
{
    if (a->domain != b->domain || a->serial != b->serial || a->stranger != b->stranger)
        return FALSE;
    return a->stranger != 0 || pf_program_key_is_equal(a->program, b->program);
}

static gboolean
is_current(const PfConsentSubject *subject)
{
    return subject->domain->set != NULL && subject->domain->state != PF_LOGIN_PUBLIC &&
           subject->domain->serial == subject->serial;
}

/* An ID that is drawn at each start of the agent is known by what it is for. */
static void
format_scope(PfCache *cache, guint64 app_id, char scope[PF_APP_ID_SIZE])
{
    _Static_assert(sizeof PF_CONSENT_SCOPE_DEFAULT <= PF_APP_ID_SIZE, "the word fits");
    if (pf_cache_is_default_group(cache, app_id))
        g_strlcpy(scope, PF_CONSENT_SCOPE_DEFAULT, PF_APP_ID_SIZE);
    else
        pf_app_id_format(app_id, scope);
}

const PfConsent *
pf_cache_consent_find(PfCacheConsent *self, PfProcessContext *context, const PfLoginDomain *domain)
{
    PfTokenId token;
    char scope[PF_APP_ID_SIZE];
    if (pf_consent_store_list(self->store)->len == 0 || !pf_token_uri_parse(domain->token, &token))
        return NULL;
    format_scope(self->cache, domain->app_id, scope);
    return pf_consent_store_find(self->store, pf_process_context_get_program(context), &token,
                                 scope);
}

static gboolean
has_grant(PfCacheConsent *self, const PfProcessContext *context, const PfLoginDomain *domain)
{
    for (guint i = 0; domain->state != PF_LOGIN_PUBLIC && i < self->grants->len; i++) {
        const Grant *grant = &g_array_index(self->grants, Grant, i);
        if (grant->context == context && grant->serial == domain->serial)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_consent(gpointer data, PfProcessContext *context, const PfLoginDomain *domain)
{
    PfCacheConsent *self = data;
    if (has_grant(self, context, domain))
        return TRUE;
    const PfConsent *consent = pf_cache_consent_find(self, context, domain);
    return consent != NULL && consent->decision != PF_CONSENT_NEVER;
}

static GStrv
list_users(const PfLoginDomain *domain)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint count = MIN(domain->members->len, MEMBERS_LOOKED_AT);
    for (guint i = 0; i < count && g_hash_table_size(seen) < USERS_MAX; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        const char *name = pf_peer_identity_get_name(member->context->identity);
        if (name[0] != '\0' && g_hash_table_add(seen, (gpointer)name))
            g_strv_builder_add(builder, name);
    }
    return g_strv_builder_end(builder);
}

void
pf_cache_consent_describe(PfCacheConsent *self, PfDialogDetails *details,
                          const PfConsentSubject *subject)
{
    char app_id[PF_APP_ID_SIZE];
    pf_app_id_format(subject->domain->app_id, app_id);
    details->shared_id = g_strdup(app_id);
    details->group = g_strdup(pf_cache_get_group_name(self->cache, subject->domain->app_id));
    details->script = g_strdup(subject->program->script);
    details->sandbox = g_strdup(subject->program->sandbox);
    details->users = list_users(subject->domain);
    details->is_program_known = subject->program->is_known;
    details->may_remember =
        pf_program_key_may_remember(subject->program) && pf_token_id_has_serial(&details->token);
}

static void
keep(PfCacheConsent *self, const PfConsentSubject *subject, PfConsentDecision decision,
     const GPtrArray *contexts)
{
    const PfLoginDomain *domain = subject->domain;
    char scope[PF_APP_ID_SIZE];
    format_scope(self->cache, domain->app_id, scope);
    PfConsent *consent = pf_consent_new(decision, subject->program, domain->token, scope);
    if (consent == NULL)
        return;
    consent->group = g_strdup(pf_cache_get_group_name(self->cache, domain->app_id));
    if (contexts->len > 0) {
        PfProcessContext *context = g_ptr_array_index(contexts, 0);
        g_free(consent->program_name);
        g_free(consent->program_icon);
        consent->program_name = g_strdup(pf_peer_identity_get_name(context->identity));
        consent->program_icon = g_strdup(pf_peer_identity_get_icon(context->identity));
    }
    pf_consent_store_add(self->store, consent);
}

static void
record_decision(PfCache *cache, const PfConsentSubject *subject, PfConsentDecision decision,
                const GPtrArray *contexts)
{
    PfProcessContext *context = contexts->len > 0 ? g_ptr_array_index(contexts, 0) : NULL;
    PfHistoryProgram *program =
        context != NULL ? pf_cache_get_history_program(cache, context) : NULL;
    pf_cache_record_consent(cache, PF_HISTORY_CONSENT_GIVEN, program, subject->domain->token,
                            pf_consent_decision_get_name(decision));
}

void
pf_cache_consent_apply(PfCacheConsent *self, const PfConsentSubject *subject,
                       PfConsentDecision decision, const GPtrArray *contexts)
{
    PfTokenId token;
    /* Tokens without a serial cannot be told apart: what is said of one holds for this login. */
    gboolean can_be_kept =
        pf_token_uri_parse(subject->domain->token, &token) && pf_token_id_has_serial(&token);
    record_decision(self->cache, subject, decision, contexts);
    if (decision == PF_CONSENT_NEVER && !can_be_kept)
        return;
    if (decision != PF_CONSENT_ONCE && can_be_kept)
        keep(self, subject, decision, contexts);
    for (guint i = 0; (decision == PF_CONSENT_ONCE || !can_be_kept) && i < contexts->len; i++) {
        Grant grant = {g_ptr_array_index(contexts, i), subject->serial};
        g_array_append_val(self->grants, grant);
    }
    if (is_current(subject))
        pf_cache_settle(self->cache, subject->domain);
}

static void
drop_grants(PfCacheConsent *self, const PfProcessContext *context, guint64 serial)
{
    for (guint i = self->grants->len; i > 0; i--) {
        const Grant *grant = &g_array_index(self->grants, Grant, i - 1);
        if (grant->context == context || (context == NULL && grant->serial == serial))
            g_array_remove_index_fast(self->grants, i - 1);
    }
}

static void
offer(gpointer data, PfProcessContext *context, unsigned entry, PfLoginDomain *closed)
{
    pf_cache_consent_make_offer(data, context, closed);
}

static void
end_login(gpointer data, const PfLoginDomain *domain)
{
    drop_grants(data, NULL, domain->serial);
    pf_cache_consent_end_offers(data, domain);
    pf_cache_consent_end_questions(data, domain);
}

static void
note_admission(gpointer data, PfProcessContext *context, unsigned entry,
               const PfLoginDomain *domain)
{
    pf_cache_consent_leave_offers(data, context, domain);
}

static void
forget_context(gpointer data, PfProcessContext *context)
{
    drop_grants(data, context, 0);
    pf_cache_consent_leave_offers(data, context, NULL);
}

static const PfConsentHooks hooks = {
    .has_consent = has_consent,
    .offer = offer,
    .login_ended = end_login,
    .admitted = note_admission,
    .context_gone = forget_context,
};

/* What is about to be taken back by ID. */
static void
record_revoked(PfCacheConsent *self, const char *id)
{
    const GPtrArray *consents = pf_consent_store_list(self->store);
    for (guint i = 0; i < consents->len; i++) {
        const PfConsent *consent = g_ptr_array_index(consents, i);
        if (id[0] != '\0' && strcmp(consent->id, id) != 0)
            continue;
        g_autoptr(PfHistoryProgram) program =
            pf_history_program_new(self->cache->history, 0, consent->program->executable,
                                   consent->program->sandbox);
        pf_cache_record_consent(self->cache, PF_HISTORY_CONSENT_REVOKED, program,
                                consent->token_uri,
                                pf_consent_decision_get_name(consent->decision));
    }
}

guint
pf_cache_revoke_consent(PfCache *cache, const char *id)
{
    PfCacheConsent *self = cache->decisions;
    if (id[0] == '\0')
        g_array_set_size(self->grants, 0);
    record_revoked(self, id);
    guint count = pf_consent_store_revoke(self->store, id);
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(cache);
    for (guint i = 0; i < domains->len; i++)
        pf_cache_settle(cache, g_ptr_array_index(domains, i));
    return count;
}

static void
free_info(gpointer data)
{
    PfConsentInfo *info = data;
    g_free(info->id);
    g_free(info->program);
    g_free(info->program_icon);
    g_free(info->executable);
    g_free(info->script);
    g_free(info->sandbox);
    g_free(info->token_uri);
    g_free(info->shared_id);
    g_free(info->group);
    g_free(info);
}

static PfConsentInfo *
make_info(const PfConsent *consent)
{
    PfConsentInfo *info = g_new0(PfConsentInfo, 1);
    info->id = g_strdup(consent->id);
    info->program = g_strdup(consent->program_name);
    info->program_icon = g_strdup(consent->program_icon);
    info->executable = g_strdup(consent->program->executable);
    info->script = g_strdup(consent->program->script);
    info->sandbox = g_strdup(consent->program->sandbox);
    info->token_uri = g_strdup(consent->token_uri);
    if (strcmp(consent->scope, PF_CONSENT_SCOPE_DEFAULT) != 0)
        info->shared_id = g_strdup(consent->scope);
    info->group = g_strdup(consent->group);
    info->decision = pf_consent_decision_get_name(consent->decision);
    info->since = consent->since;
    return info;
}

GPtrArray *
pf_cache_list_consents(PfCache *cache)
{
    const GPtrArray *consents = pf_consent_store_list(cache->decisions->store);
    GPtrArray *list = g_ptr_array_new_with_free_func(free_info);
    for (guint i = consents->len; i > 0; i--)
        g_ptr_array_add(list, make_info(g_ptr_array_index(consents, i - 1)));
    return list;
}

PfCacheConsent *
pf_cache_consent_new(PfCache *cache, PfConsentStore *store)
{
    PfCacheConsent *self = g_new0(PfCacheConsent, 1);
    self->cache = cache;
    self->store = g_object_ref(store);
    g_signal_connect_object(store, "changed", G_CALLBACK(pf_cache_emit_consents_changed), cache,
                            G_CONNECT_SWAPPED);
    self->grants = g_array_new(FALSE, FALSE, sizeof(Grant));
    self->questions = g_ptr_array_new_with_free_func(pf_cache_consent_free_question);
    self->offers = g_ptr_array_new_with_free_func(pf_cache_consent_free_offer);
    pf_cache_set_consent_hooks(cache, &hooks, self);
    return self;
}

void
pf_cache_consent_free(PfCacheConsent *self)
{
    if (self == NULL)
        return;
    pf_cache_set_consent_hooks(self->cache, NULL, NULL);
    g_ptr_array_unref(self->questions);
    g_ptr_array_unref(self->offers);
    g_array_unref(self->grants);
    g_object_unref(self->store);
    g_free(self);
}
