/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests that what a peer does not read at once comes to it when it reads, whoever has sent it. */
#include "bus-source.h"

#include <sys/socket.h>
#include <unistd.h>

#include <gio/gio.h>

#include "bare-bus.h"

#define PATH      "/org/pinfold/Test"
#define INTERFACE "org.pinfold.Test"
/* More than a socket takes, and fewer than a peer may owe. */
#define SIGNALS     200u
#define SIGNAL_SIZE 100000

typedef struct {
    sd_bus *server;
    PfBusSource *source;
    sd_bus *client;
    guint received;
    gboolean is_asked;
    gboolean is_closed;
} Fixture;

static void
on_hangup(gpointer user_data)
{
    Fixture *f = user_data;
    f->is_closed = TRUE;
}

static int
on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
    Fixture *f = userdata;
    f->received += sd_bus_message_is_signal(message, INTERFACE, "Much") > 0;
    return 0;
}

static int
handle_ask(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
    Fixture *f = userdata;
    f->is_asked = TRUE;
    return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Ask", "", "", handle_ask, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

/* Both sides work until CONDITION; the client reads only then. */
static void
work_until(Fixture *f, gboolean (*condition)(const Fixture *f))
{
    gint64 deadline = g_get_monotonic_time() + (gint64)20 * G_USEC_PER_SEC;
    while (!condition(f) && g_get_monotonic_time() < deadline) {
        g_main_context_iteration(NULL, FALSE);
        if (f->client != NULL)
            sd_bus_process(f->client, NULL);
    }
    g_assert_true(condition(f));
}

static gboolean
was_asked(const Fixture *f)
{
    return f->is_asked;
}

static gboolean
has_all(const Fixture *f)
{
    return f->received == SIGNALS;
}

static gboolean
is_closed(const Fixture *f)
{
    return f->is_closed;
}

/* Returns the client's end. */
static int
start_server(Fixture *f)
{
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
    f->server = pf_bare_bus_new_server(fds[0]);
    g_assert_cmpint(sd_bus_add_object_vtable(f->server, NULL, PATH, INTERFACE, vtable, f), >=, 0);
    pf_bare_bus_start(f->server);
    f->source = pf_bus_source_new(f->server, on_hangup, f);
    return fds[1];
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->client = pf_bare_bus_new(start_server(f));
    g_assert_cmpint(sd_bus_add_filter(f->client, NULL, on_signal, f), >=, 0);
    pf_bare_bus_start(f->client);
    g_assert_cmpint(sd_bus_call_method_async(f->client, NULL, NULL, PATH, INTERFACE, "Ask", NULL,
                                             NULL, NULL),
                    >=, 0);
    work_until(f, was_asked);
    /* And it has nothing to ask its peer any more. */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    pf_bus_source_free(f->source);
    sd_bus_close_unref(f->server);
    sd_bus_close_unref(f->client);
}

static void
send_much(Fixture *f)
{
    g_autofree char *text = g_strnfill(SIGNAL_SIZE, 'x');
    guint64 queued = 0;
    for (guint i = 0; i < SIGNALS; i++)
        g_assert_cmpint(sd_bus_emit_signal(f->server, PATH, INTERFACE, "Much", "s", text), >=, 0);
    g_assert_cmpint(sd_bus_get_n_queued_write(f->server, &queued), >=, 0);
    g_assert_cmpuint(queued, >, 0);
    pf_bus_source_touch(f->server);
}

static void
test_late_reader(Fixture *f, gconstpointer data)
{
    send_much(f);
    work_until(f, has_all);
    g_assert_false(f->is_closed);
}

static void
test_never_reads(Fixture *f, gconstpointer data)
{
    sd_bus *client = g_steal_pointer(&f->client);
    for (int i = 0; i < 3; i++)
        send_much(f);
    /* What it asks for now it will not read either. */
    g_assert_cmpint(sd_bus_call_method_async(client, NULL, NULL, PATH, INTERFACE, "Ask", NULL, NULL,
                                             NULL),
                    >=, 0);
    work_until(f, is_closed);
    sd_bus_close_unref(client);
}

static void
append_ask(GByteArray *bytes)
{
    gsize len;
    g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(NULL, PATH, INTERFACE, "Ask");
    g_dbus_message_set_serial(message, 1);
    g_dbus_message_set_flags(message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
    g_autofree guchar *blob =
        g_dbus_message_to_blob(message, &len, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
    g_assert_nonnull(blob);
    g_byte_array_append(bytes, blob, (guint)len);
}

/* Says all at once: who it is, and COUNT calls. */
static void
write_all(int fd, guint count)
{
    g_autofree char *uid = g_strdup_printf("%u", (unsigned)geteuid());
    g_autoptr(GString) begin = g_string_new("AUTH EXTERNAL ");
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (const char *digit = uid; *digit != '\0'; digit++)
        g_string_append_printf(begin, "%02x", (unsigned)*digit);
    g_string_append(begin, "\r\nBEGIN\r\n");
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    g_byte_array_append(bytes, (const guint8 *)begin->str, (guint)begin->len);
    for (guint i = 0; i < count; i++)
        append_ask(bytes);
    g_assert_cmpint(write(fd, bytes->data, bytes->len), ==, bytes->len);
}

/* A client that is faster than the server: all that it says is there before the server looks. */
static void
test_all_at_once(Fixture *f, gconstpointer data)
{
    int fd = start_server(f);
    write_all(fd, 1);
    work_until(f, was_asked);
    close(fd);
}

/* One that ends after however many calls takes nobody along who has its descriptor's number since.
 */
static void
test_gone_at_once(Fixture *f, gconstpointer data)
{
    for (guint count = 0; count < 20; count++) {
        Fixture gone = {0};
        Fixture next = {0};
        int fd = start_server(&gone);
        int next_fd = -1;
        write_all(fd, count);
        g_assert_cmpint(shutdown(fd, SHUT_WR), ==, 0);
        while (!gone.is_closed) {
            g_main_context_iteration(NULL, FALSE);
            if (next_fd < 0 && sd_bus_is_open(gone.server) <= 0)
                next_fd = start_server(&next);
        }
        tear_down(&gone, NULL);
        close(fd);
        write_all(next_fd, 1);
        work_until(&next, was_asked);
        close(next_fd);
        tear_down(&next, NULL);
    }
}

/* Of one that is gone already. */
static void
test_touches_nothing(Fixture *f, gconstpointer data)
{
    pf_bus_source_free(g_steal_pointer(&f->source));
    pf_bus_source_touch(f->server);
    sd_bus_close(f->client);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_false(f->is_closed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/bus-source/late-reader", Fixture, NULL, set_up, test_late_reader, tear_down);
    g_test_add("/bus-source/never-reads", Fixture, NULL, set_up, test_never_reads, tear_down);
    g_test_add("/bus-source/all-at-once", Fixture, NULL, NULL, test_all_at_once, tear_down);
    g_test_add("/bus-source/gone-at-once", Fixture, NULL, NULL, test_gone_at_once, NULL);
    g_test_add("/bus-source/touches-nothing", Fixture, NULL, set_up, test_touches_nothing,
               tear_down);
    return g_test_run();
}
