/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests when sleep is held up: from the start until the handler has returned, and again after. */
#include "sleep-guard.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <poll.h>
#include <unistd.h>

#include "login-names.h"

static const char manager_xml[] = "<node><interface name='" PF_LOGIN_MANAGER "'>"
                                  "<method name='Inhibit'>"
                                  "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
                                  "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
                                  "<arg type='h' direction='out'/></method>"
                                  "<signal name='PrepareForSleep'><arg type='b'/></signal>"
                                  "</interface></node>";

/* logind, as far as this needs it: it knows an inhibitor by the other end of its pipe. */
typedef struct {
    GTestDBus *daemon;
    GDBusConnection *logind;
    GDBusConnection *bus;
    guint object;
    guint name;
    int watched; /* read end of the last inhibitor; -1: none was taken */
    guint taken;
    gboolean refuses;
    PfSleepGuard *guard;
    guint told;
    gboolean was_held; /* when it was told */
} Fixture;

static gboolean
is_released(const Fixture *f)
{
    struct pollfd fd = {.fd = f->watched};
    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLHUP) != 0;
}

static void
on_method_call(GDBusConnection *connection, const char *sender, const char *path,
               const char *interface, const char *method, GVariant *parameters,
               GDBusMethodInvocation *invocation, gpointer user_data)
{
    Fixture *f = user_data;
    const char *what;
    const char *mode;
    int ends[2];
    if (f->refuses) {
        g_dbus_method_invocation_return_dbus_error(invocation, "org.example.No", "not today");
        f->taken++;
        return;
    }
    g_variant_get(parameters, "(&s&s&s&s)", &what, NULL, NULL, &mode);
    g_assert_cmpstr(what, ==, "sleep");
    g_assert_cmpstr(mode, ==, "delay");
    g_assert_true(g_unix_open_pipe(ends, FD_CLOEXEC, NULL));
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(&ends[1], 1);
    if (f->watched >= 0)
        close(f->watched);
    f->watched = ends[0];
    g_dbus_method_invocation_return_value_with_unix_fd_list(invocation, g_variant_new("(h)", 0),
                                                            list);
    f->taken++;
}

static GDBusConnection *
connect_to(const Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(f->daemon),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    return connection;
}

static void
on_going_to_sleep(gpointer user_data)
{
    Fixture *f = user_data;
    f->told++;
    f->was_held = f->watched >= 0 && !is_released(f);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(manager_xml, NULL);
    static const GDBusInterfaceVTable vtable = {.method_call = on_method_call};
    f->watched = -1;
    f->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->daemon);
    f->logind = connect_to(f);
    f->object = g_dbus_connection_register_object(f->logind, PF_LOGIN_PATH, node->interfaces[0],
                                                  &vtable, f, NULL, NULL);
    f->name = g_bus_own_name_on_connection(f->logind, PF_LOGIN_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                           NULL, NULL, NULL, NULL);
    f->bus = connect_to(f);
    f->guard = pf_sleep_guard_new(f->bus, on_going_to_sleep, f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    pf_sleep_guard_free(f->guard);
    g_bus_unown_name(f->name);
    g_dbus_connection_unregister_object(f->logind, f->object);
    g_dbus_connection_close_sync(f->bus, NULL, NULL);
    g_dbus_connection_close_sync(f->logind, NULL, NULL);
    g_object_unref(f->bus);
    g_object_unref(f->logind);
    if (f->watched >= 0)
        close(f->watched);
    g_test_dbus_down(f->daemon);
    g_object_unref(f->daemon);
}

/* The test's own timeout ends what waits in vain. */
#define WAIT_FOR(condition)                                                                        \
    while (!(condition))                                                                           \
    g_main_context_iteration(NULL, TRUE)

static void
prepare_for_sleep(Fixture *f, gboolean begin)
{
    g_dbus_connection_emit_signal(f->logind, NULL, PF_LOGIN_PATH, PF_LOGIN_MANAGER,
                                  "PrepareForSleep", g_variant_new("(b)", begin), NULL);
}

/* Everything that was sent to the guard has been handled. */
static void
settle(Fixture *f)
{
    g_autoptr(GVariant) answer G_GNUC_UNUSED =
        g_dbus_connection_call_sync(f->logind, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetId", NULL, NULL,
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_autoptr(GVariant) other G_GNUC_UNUSED =
        g_dbus_connection_call_sync(f->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetId", NULL, NULL,
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
test_held_until_told(Fixture *f, gconstpointer data)
{
    pf_sleep_guard_set_wanted(f->guard, TRUE);
    for (guint times = 1; times <= 3; times++) {
        WAIT_FOR(pf_sleep_guard_is_holding(f->guard));
        g_assert_cmpuint(f->taken, ==, times);
        prepare_for_sleep(f, TRUE);
        WAIT_FOR(f->told == times);
        g_assert_true(f->was_held);
        settle(f);
        g_assert_true(is_released(f));
        g_assert_false(pf_sleep_guard_is_holding(f->guard));
        prepare_for_sleep(f, FALSE);
    }
    WAIT_FOR(pf_sleep_guard_is_holding(f->guard));
    g_assert_cmpuint(f->told, ==, 3);
}

static void
test_not_wanted(Fixture *f, gconstpointer data)
{
    prepare_for_sleep(f, TRUE);
    prepare_for_sleep(f, FALSE);
    settle(f);
    g_assert_cmpuint(f->taken, ==, 0);
    g_assert_cmpuint(f->told, ==, 0);
    pf_sleep_guard_set_wanted(f->guard, TRUE);
    WAIT_FOR(pf_sleep_guard_is_holding(f->guard));
    pf_sleep_guard_set_wanted(f->guard, FALSE);
    g_assert_false(pf_sleep_guard_is_holding(f->guard));
    settle(f);
    g_assert_true(is_released(f));
}

/* An inhibitor that comes when sleep has begun would hold it up for nothing. */
static void
test_answered_too_late(Fixture *f, gconstpointer data)
{
    settle(f);
    pf_sleep_guard_set_wanted(f->guard, TRUE);
    prepare_for_sleep(f, TRUE);
    WAIT_FOR(f->told == 1 && f->taken == 1);
    settle(f);
    g_assert_false(pf_sleep_guard_is_holding(f->guard));
    g_assert_true(is_released(f));
    prepare_for_sleep(f, FALSE);
    WAIT_FOR(pf_sleep_guard_is_holding(f->guard));
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    f->refuses = TRUE;
    pf_sleep_guard_set_wanted(f->guard, TRUE);
    WAIT_FOR(f->taken == 1);
    settle(f);
    g_assert_false(pf_sleep_guard_is_holding(f->guard));
    prepare_for_sleep(f, TRUE);
    WAIT_FOR(f->told == 1);
    f->refuses = FALSE;
    prepare_for_sleep(f, FALSE);
    WAIT_FOR(pf_sleep_guard_is_holding(f->guard));
}

static void
test_freed_while_asking(Fixture *f, gconstpointer data)
{
    settle(f);
    pf_sleep_guard_set_wanted(f->guard, TRUE);
    g_clear_pointer(&f->guard, pf_sleep_guard_free);
    WAIT_FOR(f->taken == 1);
    settle(f);
    g_assert_true(is_released(f));
    g_assert_cmpuint(f->told, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/sleep-guard/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("held-until-told", test_held_until_told);
    ADD("not-wanted", test_not_wanted);
    ADD("answered-too-late", test_answered_too_late);
    ADD("refused", test_refused);
    ADD("freed-while-asking", test_freed_while_asking);
    return g_test_run();
}
