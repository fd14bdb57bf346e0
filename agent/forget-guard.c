/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfForgetGuard: one handler for each thing that happens (DESIGN 7). */
#include "forget-guard.h"

typedef struct {
    gboolean on_lock;
    gboolean on_suspend;
    gboolean on_user_switch;
} Rules;

struct PfForgetGuard {
    PfCache *cache;
    PfAgentSettings *settings;
    PfSessionWatcher *watcher;
    PfCardReset *reset;
    Rules rules;
};

static void
on_locked(PfForgetGuard *guard)
{
    if (!guard->rules.on_lock)
        return;
    pf_cache_forget(guard->cache, &(PfDomainFilter){NULL}, PF_FORGET_SCREEN_LOCKED);
    pf_card_reset_screen_locked(guard->reset);
}

static void
on_going_to_sleep(PfForgetGuard *guard)
{
    if (guard->rules.on_suspend)
        pf_cache_forget_before_sleep(guard->cache);
}

static void
on_user_switched(PfForgetGuard *guard)
{
    if (guard->rules.on_user_switch)
        pf_cache_forget(guard->cache, &(PfDomainFilter){NULL}, PF_FORGET_USER_SWITCH);
}

static void
on_session_ended(PfSessionWatcher *watcher, const char *source, PfForgetGuard *guard)
{
    guint count = pf_cache_end_session(guard->cache);
    g_message("The session has ended (%s); PINs forgotten: %u", source, count);
}

static Rules
read_rules(PfForgetGuard *guard)
{
    return (Rules){
        .on_lock = pf_agent_settings_get_forget_on_lock(guard->settings),
        .on_suspend = pf_agent_settings_get_forget_on_suspend(guard->settings),
        .on_user_switch = pf_agent_settings_get_forget_on_user_switch(guard->settings),
    };
}

static void
record_change(PfCache *cache, const char *setting, gboolean before, gboolean now)
{
    if (before != now)
        pf_cache_record_setting(cache, setting, now ? "true" : "false");
}

/* A PIN that was given while a rule held is not kept by a setting that any program of the user can
 * turn off (DESIGN 8). */
static void
on_settings_changed(PfForgetGuard *guard)
{
    Rules old = guard->rules;
    guard->rules = read_rules(guard);
    record_change(guard->cache, "forget-on-lock", old.on_lock, guard->rules.on_lock);
    record_change(guard->cache, "forget-on-suspend", old.on_suspend, guard->rules.on_suspend);
    record_change(guard->cache, "forget-on-user-switch", old.on_user_switch,
                  guard->rules.on_user_switch);
    if ((old.on_lock && !guard->rules.on_lock) || (old.on_suspend && !guard->rules.on_suspend) ||
        (old.on_user_switch && !guard->rules.on_user_switch))
        pf_cache_forget(guard->cache, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    pf_session_watcher_set_guards_sleep(guard->watcher, guard->rules.on_suspend);
    g_debug("The settings on forgetting were read");
}

PfForgetGuard *
pf_forget_guard_new(PfCache *cache, PfAgentSettings *settings, PfSessionWatcher *watcher,
                    PfCardReset *reset)
{
    PfForgetGuard *guard = g_new0(PfForgetGuard, 1);
    guard->cache = cache;
    guard->settings = settings;
    guard->watcher = watcher;
    guard->reset = reset;
    guard->rules = read_rules(guard);
    pf_session_watcher_set_guards_sleep(watcher, guard->rules.on_suspend);
    g_signal_connect_swapped(watcher, "locked", G_CALLBACK(on_locked), guard);
    g_signal_connect_swapped(watcher, "going-to-sleep", G_CALLBACK(on_going_to_sleep), guard);
    g_signal_connect_swapped(watcher, "user-switched", G_CALLBACK(on_user_switched), guard);
    g_signal_connect(watcher, "session-ended", G_CALLBACK(on_session_ended), guard);
    g_signal_connect_swapped(settings, "changed", G_CALLBACK(on_settings_changed), guard);
    return guard;
}

void
pf_forget_guard_free(PfForgetGuard *guard)
{
    if (guard == NULL)
        return;
    g_signal_handlers_disconnect_by_data(guard->watcher, guard);
    g_signal_handlers_disconnect_by_data(guard->settings, guard);
    g_free(guard);
}
