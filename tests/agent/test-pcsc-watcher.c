/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPcscWatcher against a scripted PC/SC. */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include <reader.h>

#include "pcsc-watcher.h"

#define PNP     "\\\\?PnP?\\Notification"
#define SLOTS   4
#define WAIT_US (30 * G_TIME_SPAN_SECOND)

/* A pcscd as the library shows it. */
static struct {
    GMutex lock;
    GCond changed;
    gboolean alive;
    gboolean cancelled;
    guint epoch;        /* of the daemon: contexts of another one are dead */
    guint list_changes; /* what the PnP reader tells */
    guint seen_changes;
    struct {
        const char *name;
        gboolean present;
        guint16 events;
    } slots[SLOTS];
    const char *phantom; /* listed, but unknown when asked for */
    guint calls;
} daemon_state;

static LONG
fake_establish(DWORD scope, LPCVOID r1, LPCVOID r2, LPSCARDCONTEXT context)
{
    g_mutex_lock(&daemon_state.lock);
    LONG rv = daemon_state.alive ? SCARD_S_SUCCESS : SCARD_E_NO_SERVICE;
    *context = (SCARDCONTEXT)daemon_state.epoch;
    daemon_state.seen_changes = daemon_state.list_changes;
    g_mutex_unlock(&daemon_state.lock);
    return rv;
}

static LONG
fake_release(SCARDCONTEXT context)
{
    return SCARD_S_SUCCESS;
}

static LONG
fake_list_readers(SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD size)
{
    g_mutex_lock(&daemon_state.lock);
    LONG rv = SCARD_E_NO_READERS_AVAILABLE;
    DWORD need = 0;
    for (guint i = 0; i < SLOTS; i++) {
        const char *name = daemon_state.slots[i].name;
        if (name == NULL)
            continue;
        if (readers != NULL)
            memcpy(readers + need, name, strlen(name) + 1);
        need += strlen(name) + 1;
        rv = SCARD_S_SUCCESS;
    }
    if (daemon_state.phantom != NULL) {
        if (readers != NULL) {
            memcpy(readers + need, daemon_state.phantom, strlen(daemon_state.phantom) + 1);
            daemon_state.seen_changes = daemon_state.list_changes;
        }
        need += strlen(daemon_state.phantom) + 1;
        rv = SCARD_S_SUCCESS;
    }
    *size = need + 1;
    if (!daemon_state.alive || context != (SCARDCONTEXT)daemon_state.epoch)
        rv = SCARD_F_COMM_ERROR;
    g_mutex_unlock(&daemon_state.lock);
    return rv;
}

static LONG
look(SCARD_READERSTATE *states, DWORD count, gboolean *ret_changed)
{
    for (DWORD n = 0; n < count; n++) {
        SCARD_READERSTATE *state = &states[n];
        gboolean known = FALSE;
        if (strcmp(state->szReader, PNP) == 0) {
            state->dwEventState =
                daemon_state.list_changes != daemon_state.seen_changes ? SCARD_STATE_CHANGED : 0;
            *ret_changed |= state->dwEventState != 0;
            continue;
        }
        for (guint i = 0; i < SLOTS && !known; i++) {
            if (g_strcmp0(daemon_state.slots[i].name, state->szReader) != 0)
                continue;
            known = TRUE;
            DWORD is = (DWORD)daemon_state.slots[i].events << 16 |
                       (daemon_state.slots[i].present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY);
            state->dwEventState = is;
            if (state->dwCurrentState != is) {
                state->dwEventState |= SCARD_STATE_CHANGED;
                *ret_changed = TRUE;
            }
        }
        if (!known)
            return SCARD_E_UNKNOWN_READER;
    }
    return SCARD_S_SUCCESS;
}

static LONG
fake_get_status_change(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD count)
{
    LONG rv = SCARD_S_SUCCESS;
    g_assert_cmpuint(timeout, ==, INFINITE);
    g_assert_cmpuint(count, >=, 1);
    g_assert_cmpstr(states[0].szReader, ==, PNP);
    g_mutex_lock(&daemon_state.lock);
    daemon_state.calls++;
    for (gboolean changed = FALSE; !changed && rv == SCARD_S_SUCCESS;) {
        if (!daemon_state.alive || context != (SCARDCONTEXT)daemon_state.epoch)
            rv = SCARD_F_COMM_ERROR;
        else if (daemon_state.cancelled)
            rv = SCARD_E_CANCELLED;
        else
            rv = look(states, count, &changed);
        if (!changed && rv == SCARD_S_SUCCESS)
            g_cond_wait(&daemon_state.changed, &daemon_state.lock);
    }
    daemon_state.seen_changes = daemon_state.list_changes;
    g_mutex_unlock(&daemon_state.lock);
    return rv;
}

static LONG
fake_cancel(SCARDCONTEXT context)
{
    g_mutex_lock(&daemon_state.lock);
    daemon_state.cancelled = TRUE;
    g_cond_broadcast(&daemon_state.changed);
    g_mutex_unlock(&daemon_state.lock);
    return SCARD_S_SUCCESS;
}

static const PfPcscApi fake_api = {
    .establish = fake_establish,
    .release = fake_release,
    .list_readers = fake_list_readers,
    .get_status_change = fake_get_status_change,
    .cancel = fake_cancel,
};

typedef struct {
    PfPcscWatcher *watcher;
    GString *told;
    char *dir;
    char *socket;
} Fixture;

/* Everything between lock and unlock is one moment to the watcher. */
static void
lock_daemon(void)
{
    g_mutex_lock(&daemon_state.lock);
}

static void
unlock_daemon(void)
{
    g_cond_broadcast(&daemon_state.changed);
    g_mutex_unlock(&daemon_state.lock);
}

static void
plug(guint slot, const char *name)
{
    daemon_state.slots[slot].name = name;
    daemon_state.slots[slot].present = FALSE;
    daemon_state.slots[slot].events = 0;
    daemon_state.list_changes++;
}

static void
turn_card(guint slot, gboolean present)
{
    daemon_state.slots[slot].present = present;
    daemon_state.slots[slot].events++;
}

static void
on_reader_added(PfPcscWatcher *watcher, const char *name, GString *told)
{
    g_string_append_printf(told, "+%s ", name);
}

static void
on_reader_removed(PfPcscWatcher *watcher, const char *name, GString *told)
{
    g_string_append_printf(told, "-%s ", name);
}

static void
on_card_inserted(PfPcscWatcher *watcher, const char *name, GString *told)
{
    g_assert_true(pf_pcsc_watcher_find_reader(watcher, name)->present);
    g_string_append_printf(told, "in:%s ", name);
}

static void
on_card_removed(PfPcscWatcher *watcher, const char *name, GString *told)
{
    g_string_append_printf(told, "out:%s ", name);
}

static void
on_availability_changed(PfPcscWatcher *watcher, GString *told)
{
    g_string_append(told, pf_pcsc_watcher_is_available(watcher) ? "up " : "down ");
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* Waits for exactly these signals. */
static void
expect(Fixture *f, const char *text)
{
    gint64 deadline = g_get_monotonic_time() + WAIT_US;
    guint tick = g_timeout_add(20, on_tick, NULL);
    while (strlen(f->told->str) < strlen(text) && g_get_monotonic_time() < deadline)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    g_assert_cmpstr(f->told->str, ==, text);
    g_string_truncate(f->told, 0);
}

static void
start(Fixture *f)
{
    f->watcher = pf_pcsc_watcher_new(&fake_api, f->socket);
    g_signal_connect(f->watcher, "reader-added", G_CALLBACK(on_reader_added), f->told);
    g_signal_connect(f->watcher, "reader-removed", G_CALLBACK(on_reader_removed), f->told);
    g_signal_connect(f->watcher, "card-inserted", G_CALLBACK(on_card_inserted), f->told);
    g_signal_connect(f->watcher, "card-removed", G_CALLBACK(on_card_removed), f->told);
    g_signal_connect(f->watcher, "availability-changed", G_CALLBACK(on_availability_changed),
                     f->told);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    memset(daemon_state.slots, 0, sizeof daemon_state.slots);
    daemon_state.alive = TRUE;
    daemon_state.cancelled = FALSE;
    daemon_state.phantom = NULL;
    daemon_state.epoch++;
    f->told = g_string_new(NULL);
    f->dir = g_dir_make_tmp("pf-watcher-XXXXXX", NULL);
    f->socket = g_build_filename(f->dir, "pcscd", "pcscd.comm", NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_clear_object(&f->watcher);
    g_autofree char *sub = g_path_get_dirname(f->socket);
    g_unlink(f->socket);
    g_rmdir(sub);
    g_rmdir(f->dir);
    g_free(f->dir);
    g_free(f->socket);
    g_string_free(f->told, TRUE);
}

static void
test_cards_and_readers(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    start(f);
    expect(f, "up +A ");
    lock_daemon();
    turn_card(0, TRUE);
    unlock_daemon();
    expect(f, "in:A ");
    lock_daemon();
    plug(1, "B");
    unlock_daemon();
    expect(f, "+B ");
    lock_daemon();
    turn_card(0, FALSE);
    turn_card(1, TRUE);
    unlock_daemon();
    expect(f, "out:A in:B ");
    lock_daemon();
    plug(1, NULL);
    unlock_daemon();
    expect(f, "out:B -B ");
}

static void
test_fast_swap(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    turn_card(0, TRUE);
    start(f);
    expect(f, "up +A in:A ");
    lock_daemon();
    turn_card(0, FALSE);
    turn_card(0, TRUE);
    unlock_daemon();
    expect(f, "out:A in:A ");
}

/* Zero readers come back at once from PC/SC unless the PnP reader is asked for, too. */
static void
test_no_readers(Fixture *f, gconstpointer data)
{
    start(f);
    expect(f, "up ");
    lock_daemon();
    guint calls = daemon_state.calls;
    plug(2, "C");
    unlock_daemon();
    expect(f, "+C ");
    lock_daemon();
    g_assert_cmpuint(daemon_state.calls - calls, <=, 3);
    unlock_daemon();
}

static void
make_socket_file(Fixture *f)
{
    g_autofree char *sub = g_path_get_dirname(f->socket);
    g_mkdir(sub, 0700);
    g_assert_true(g_file_set_contents(f->socket, "", 0, NULL));
}

static void
test_daemon_dies_and_returns(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    turn_card(0, TRUE);
    start(f);
    expect(f, "up +A in:A ");
    lock_daemon();
    daemon_state.alive = FALSE;
    unlock_daemon();
    expect(f, "out:A -A down ");
    g_assert_cmpuint(pf_pcsc_watcher_get_readers(f->watcher)->len, ==, 0);
    /* The same card in a new daemon, whose counter starts again, is an insertion. */
    lock_daemon();
    daemon_state.alive = TRUE;
    daemon_state.epoch++;
    unlock_daemon();
    make_socket_file(f);
    expect(f, "up +A in:A ");
}

/* Gone and back between two looks of the main context. */
static void
test_daemon_restarts_at_once(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    turn_card(0, TRUE);
    start(f);
    expect(f, "up +A in:A ");
    lock_daemon();
    daemon_state.epoch++;
    unlock_daemon();
    gint64 deadline = g_get_monotonic_time() + WAIT_US;
    while (strstr(f->told->str, "in:A") == NULL && g_get_monotonic_time() < deadline)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(strstr(f->told->str, "out:A -A "));
    g_assert_nonnull(strstr(f->told->str, "+A in:A "));
}

static void
test_daemon_comes_late(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    daemon_state.alive = FALSE;
    start(f);
    lock_daemon();
    daemon_state.alive = TRUE;
    unlock_daemon();
    make_socket_file(f);
    expect(f, "up +A ");
}

static void
test_retry(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    turn_card(0, TRUE);
    start(f);
    expect(f, "up +A in:A ");
    lock_daemon();
    daemon_state.alive = FALSE;
    unlock_daemon();
    expect(f, "out:A -A down ");
    lock_daemon();
    daemon_state.alive = TRUE;
    daemon_state.epoch++;
    unlock_daemon();
    pf_pcsc_watcher_retry(f->watcher);
    expect(f, "up +A in:A ");
}

/* A reader that is listed and unknown: list again, but not for ever. */
static void
test_unknown_reader(Fixture *f, gconstpointer data)
{
    plug(0, "A");
    daemon_state.phantom = "Ghost";
    start(f);
    lock_daemon();
    daemon_state.phantom = NULL;
    unlock_daemon();
    pf_pcsc_watcher_retry(f->watcher);
    expect(f, "up +A ");
}

/* Nothing comes after a stop, whatever the thread was doing. */
static void
test_stop(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 50; i++) {
        daemon_state.alive = i % 2 == 0;
        daemon_state.cancelled = FALSE;
        start(f);
        if (i % 5 == 0)
            g_main_context_iteration(NULL, FALSE);
        pf_pcsc_watcher_stop(f->watcher);
        g_string_truncate(f->told, 0);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        g_assert_cmpstr(f->told->str, ==, "");
        g_clear_object(&f->watcher);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/pcsc-watcher/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("cards-and-readers", test_cards_and_readers);
    ADD("fast-swap", test_fast_swap);
    ADD("no-readers", test_no_readers);
    ADD("daemon-dies-and-returns", test_daemon_dies_and_returns);
    ADD("daemon-restarts-at-once", test_daemon_restarts_at_once);
    ADD("daemon-comes-late", test_daemon_comes_late);
    ADD("retry", test_retry);
    ADD("unknown-reader", test_unknown_reader);
    ADD("stop", test_stop);
    return g_test_run();
}
