/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheTimers: one timer for the domain whose time comes first. */
#include "cache-timers.h"

#include "boot-timer.h"
#include "cache-private.h"
#include "timeout-rules.h"

struct PfCacheTimers {
    PfCache *cache;            /* borrowed */
    PfAgentSettings *settings; /* borrowed of it */
    PfTimeoutRules *rules;
    gboolean has_timeouts;
    PfBootTimer *timer;
    guint look; /* source of a look that is to come */
};

/* Is the PIN lent now? Nobody can say since when it is not used. */
static gboolean
is_lent(const PfCacheTimers *timers, const PfLoginDomain *domain)
{
    const PfLeaseQueue *queue = g_hash_table_lookup(timers->cache->queues, domain->token);
    return queue != NULL && queue->current != NULL && queue->current->domain == domain &&
           queue->current->is_cached;
}

/* When DOMAIN's PIN is to be forgotten, and why; 0: never. */
static gint64
find_deadline(PfCacheTimers *timers, const PfLoginDomain *domain, gint64 now,
              PfForgetReason *ret_reason)
{
    PfTimeouts timeouts;
    gint64 deadline = 0;
    if (domain->pin == NULL)
        return 0;
    pf_timeout_rules_find(timers->rules, domain->token, &timeouts);
    if (timeouts.idle_s != 0) {
        gint64 since = is_lent(timers, domain) ? now : domain->last_used;
        deadline = since + (gint64)timeouts.idle_s * G_USEC_PER_SEC;
        *ret_reason = PF_FORGET_IDLE_TIMEOUT;
    }
    if (timeouts.lifetime_s != 0) {
        gint64 end = domain->entered + (gint64)timeouts.lifetime_s * G_USEC_PER_SEC;
        if (deadline == 0 || end < deadline) {
            deadline = end;
            *ret_reason = PF_FORGET_MAX_LIFETIME;
        }
    }
    return deadline;
}

/* Forgets what is due, and sets the timer for what is not. Returns whether something was due. */
static gboolean
look(PfCacheTimers *timers)
{
    gint64 next = 0;
    gboolean was_due = FALSE;
    if (timers->has_timeouts) {
        /* A lease that has ended unsaid was a use. */
        pf_cache_settle_leases(timers->cache, NULL);
        gint64 now = pf_boot_timer_get_now();
        for (guint i = 0; i < timers->cache->domains->len; i++) {
            PfLoginDomain *domain = g_ptr_array_index(timers->cache->domains, i);
            PfForgetReason reason = PF_FORGET_IDLE_TIMEOUT;
            gint64 deadline = find_deadline(timers, domain, now, &reason);
            if (deadline != 0 && deadline <= now) {
                pf_cache_put_to_sleep(timers->cache, domain, reason);
                was_due = TRUE;
            } else if (deadline != 0 && (next == 0 || deadline < next)) {
                next = deadline;
            }
        }
    }
    pf_boot_timer_set(timers->timer, next);
    return was_due;
}

/* Too early, since the PIN was used: whoever shows until when it is kept shows this moment. */
static void
on_timer_elapsed(gpointer user_data)
{
    PfCacheTimers *timers = user_data;
    if (!look(timers))
        pf_cache_emit_changed(timers->cache);
}

static gboolean
on_look(gpointer user_data)
{
    PfCacheTimers *timers = user_data;
    timers->look = 0;
    look(timers);
    return G_SOURCE_REMOVE;
}

/* A PIN came or went, perhaps; one look for all that happens in this turn of the loop. Uses of a
 * PIN are not told: they make the timer come too early, which is seen then. */
static void
on_cache_changed(PfCacheTimers *timers)
{
    if (timers->has_timeouts && timers->look == 0)
        timers->look = g_idle_add_full(G_PRIORITY_DEFAULT, on_look, timers, NULL);
}

static void
read_settings(PfCacheTimers *timers)
{
    const PfTimeouts general = {
        .idle_s = pf_agent_settings_get_idle_timeout_s(timers->settings),
        .lifetime_s = pf_agent_settings_get_max_lifetime_s(timers->settings),
    };
    g_autoptr(GVariant) tokens = pf_agent_settings_dup_tokens(timers->settings);
    pf_timeout_rules_free(timers->rules);
    timers->rules = pf_timeout_rules_new(&general, tokens);
    timers->has_timeouts = pf_timeout_rules_has_any(timers->rules);
}

static void
on_settings_changed(PfCacheTimers *timers)
{
    gboolean had_timeouts = timers->has_timeouts;
    read_settings(timers);
    if (!look(timers) && (had_timeouts || timers->has_timeouts))
        pf_cache_emit_changed(timers->cache);
}

PfCacheTimers *
pf_cache_timers_new(PfCache *cache, PfAgentSettings *settings, GError **error)
{
    PfCacheTimers *timers = g_new0(PfCacheTimers, 1);
    timers->cache = cache;
    timers->settings = settings;
    timers->timer = pf_boot_timer_new(on_timer_elapsed, timers, error);
    if (timers->timer == NULL) {
        g_free(timers);
        return NULL;
    }
    read_settings(timers);
    g_signal_connect_swapped(cache, "changed", G_CALLBACK(on_cache_changed), timers);
    g_signal_connect_swapped(settings, "changed", G_CALLBACK(on_settings_changed), timers);
    return timers;
}

gint64
pf_cache_timers_get_expiry_s(PfCacheTimers *timers, const PfLoginDomain *domain)
{
    PfForgetReason reason;
    gint64 now = pf_boot_timer_get_now();
    gint64 deadline = find_deadline(timers, domain, now, &reason);
    if (deadline == 0)
        return -1;
    return MAX(0, deadline - now + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
}

void
pf_cache_timers_free(PfCacheTimers *timers)
{
    if (timers == NULL)
        return;
    g_signal_handlers_disconnect_by_data(timers->cache, timers);
    g_signal_handlers_disconnect_by_data(timers->settings, timers);
    g_clear_handle_id(&timers->look, g_source_remove);
    pf_boot_timer_free(timers->timer);
    pf_timeout_rules_free(timers->rules);
    g_free(timers);
}
