/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPrompterBus: connects, registers as prompter, and watches for the socket to come back. */
#include "prompter-bus.h"

#include <errno.h>
#include <sys/stat.h>

#include "bus-source.h"
#include "process-guard.h"
#include "socket-path.h"
#include "wire-names.h"

/* A socket is there a moment before its owner listens on it; then these tries bridge the gap. */
#define REFUSED_RETRY_MS  50
#define REFUSED_RETRY_MAX 20
/* With more programs at the door than it lets wait, the agent is there, and comes to them all. */
#define BUSY_RETRY_MS 250

/* One socket of those that come to have the same name. Its inode alone may be one that was
 * another's before. */
typedef struct {
    ino_t inode; /* 0: there is none */
    struct timespec made;
} SocketMark;

struct _PfPrompterBus {
    GObject parent_instance;
    const sd_bus_vtable *vtable;
    gpointer user_data;
    char path[108];
    sd_bus *bus;
    PfBusSource *source;
    SocketMark connected; /* the socket that was connected to */
    GFileMonitor *monitor;
    guint retry_id;
    guint retries;
    gboolean is_registering;
    gboolean
        is_disturbed; /* a secret was typed meanwhile, and the agent may not have seen who it is */
};

G_DEFINE_FINAL_TYPE(PfPrompterBus, pf_prompter_bus, G_TYPE_OBJECT)

enum { SIGNAL_LOST, SIGNAL_REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void watch_directory(PfPrompterBus *self);

static SocketMark
look_at_socket(PfPrompterBus *self)
{
    struct stat st;
    return stat(self->path, &st) == 0 ? (SocketMark){st.st_ino, st.st_mtim} : (SocketMark){0};
}

static gboolean
is_same_socket(const SocketMark *a, const SocketMark *b)
{
    return a->inode == b->inode && a->made.tv_sec == b->made.tv_sec &&
           a->made.tv_nsec == b->made.tv_nsec;
}

static void
drop(PfPrompterBus *self)
{
    if (self->bus == NULL)
        return;
    pf_process_guard_hide();
    self->is_registering = FALSE;
    g_clear_pointer(&self->source, pf_bus_source_free);
    g_clear_pointer(&self->bus, sd_bus_close_unref);
    g_signal_emit(self, signals[SIGNAL_LOST], 0);
}

static void
on_source_hangup(gpointer user_data)
{
    PfPrompterBus *self = user_data;
    drop(self);
    /* With socket activation the same socket stays and connecting would start the agent that the
     * user may just have stopped; only another agent's socket is a reason to connect now. */
    SocketMark now = look_at_socket(self);
    if (now.inode != 0 && !is_same_socket(&now, &self->connected))
        pf_prompter_bus_connect(self);
}

static int
on_register_done(sd_bus_message *reply, void *user_data, sd_bus_error *ret_error)
{
    PfPrompterBus *self = user_data;
    pf_process_guard_hide();
    self->is_registering = FALSE;
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    /* An agent that ends has refused nothing; the hangup, which comes next, looks for another one.
     */
    if (sd_bus_is_open(self->bus) <= 0)
        return 0;
    if (error != NULL && self->is_disturbed) {
        drop(self);
        pf_prompter_bus_connect(self);
    } else if (error != NULL) {
        g_warning("The agent does not accept this app as its prompter: %s", error->message);
        drop(self);
        g_signal_emit(self, signals[SIGNAL_REFUSED], 0);
    }
    return 0;
}

static int
start_bus(PfPrompterBus *self, sd_bus *bus)
{
    g_autofree char *escaped = g_dbus_address_escape_value(self->path);
    g_autofree char *address = g_strconcat("unix:path=", escaped, NULL);
    int r = sd_bus_set_address(bus, address);
    if (r >= 0)
        r = sd_bus_negotiate_fds(bus, TRUE);
    if (r >= 0)
        r = sd_bus_add_object_vtable(bus, NULL, PF_WIRE_PROMPTER_PATH, PF_WIRE_PROMPTER_INTERFACE,
                                     self->vtable, self->user_data);
    return r >= 0 ? sd_bus_start(bus) : r;
}

static gboolean
on_retry_elapsed(gpointer user_data)
{
    PfPrompterBus *self = user_data;
    self->retry_id = 0;
    pf_prompter_bus_connect(self);
    return G_SOURCE_REMOVE;
}

static void
on_connect_failed(PfPrompterBus *self, int error)
{
    if (error == -EAGAIN)
        self->retry_id = g_timeout_add(BUSY_RETRY_MS, on_retry_elapsed, self);
    else if (error == -ECONNREFUSED && self->retries++ < REFUSED_RETRY_MAX)
        self->retry_id = g_timeout_add(REFUSED_RETRY_MS, on_retry_elapsed, self);
    else
        g_message("Connecting to the agent: %s", g_strerror(-error));
}

void
pf_prompter_bus_connect(PfPrompterBus *self)
{
    g_clear_handle_id(&self->retry_id, g_source_remove);
    if (self->bus != NULL || self->path[0] == '\0')
        return;
    watch_directory(self);
    int r = pf_socket_path_check(self->path);
    SocketMark found = look_at_socket(self);
    if (r == -ENOENT || (r >= 0 && found.inode == 0))
        return; /* the monitor tells when it is there */

    if (r >= 0 && !pf_process_guard_show())
        return; /* on_guard_changed() tells when it can be shown */
    sd_bus *bus = NULL;
    if (r >= 0)
        r = sd_bus_new(&bus);
    if (r >= 0)
        r = start_bus(self, bus);
    if (r >= 0)
        r = sd_bus_call_method_async(bus, NULL, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                                     "RegisterPrompter", on_register_done, self, "");
    if (r < 0) {
        pf_process_guard_hide();
        sd_bus_close_unref(bus);
        on_connect_failed(self, r);
        return;
    }
    self->bus = bus;
    self->connected = found;
    self->retries = 0;
    self->is_registering = TRUE;
    self->is_disturbed = FALSE;
    self->source = pf_bus_source_new(bus, on_source_hangup, self);
}

/* From within an entry: what is to be done waits for the loop. */
static void
on_guard_changed(gboolean is_held, gpointer user_data)
{
    PfPrompterBus *self = user_data;
    if (is_held)
        self->is_disturbed = self->is_registering;
    else if (self->bus == NULL && self->retry_id == 0)
        self->retry_id = g_idle_add(on_retry_elapsed, self);
}

sd_bus *
pf_prompter_bus_get(PfPrompterBus *self)
{
    if (self->bus != NULL)
        pf_bus_source_touch(self->bus);
    return self->bus;
}

void
pf_prompter_bus_cancel(PfPrompterBus *self, guint64 request)
{
    sd_bus *bus = pf_prompter_bus_get(self);
    if (bus == NULL)
        return;
    int r = sd_bus_call_method_async(bus, NULL, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                                     "CancelPrompt", NULL, NULL, "t", request);
    if (r < 0)
        g_warning("Cancelling: %s", g_strerror(-r));
}

int
pf_prompter_bus_answer_consent(PfPrompterBus *self, sd_bus_slot **ret_slot, guint64 request,
                               const char *decision, sd_bus_message_handler_t done,
                               gpointer user_data)
{
    sd_bus *bus = pf_prompter_bus_get(self);
    if (bus == NULL)
        return -ENOTCONN;
    return sd_bus_call_method_async(bus, ret_slot, NULL, PF_WIRE_CACHE_PATH,
                                    PF_WIRE_CACHE_INTERFACE, "AnswerConsent", done, user_data, "ts",
                                    request, decision);
}

static void
on_monitor_changed(PfPrompterBus *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
    switch (event) {
    case G_FILE_MONITOR_EVENT_CREATED:
    case G_FILE_MONITOR_EVENT_RENAMED:
    case G_FILE_MONITOR_EVENT_MOVED_IN:
    case G_FILE_MONITOR_EVENT_DELETED:
        /* Also when a directory on the way came or went: another one is watched then. */
        g_clear_object(&self->monitor);
        self->retries = 0;
        if (self->bus == NULL)
            pf_prompter_bus_connect(self);
        else
            watch_directory(self);
        break;
    default:
        break;
    }
}

/* Watches the socket's directory, or while there is none the one it will be made in: a monitor for
 * a directory that is missing would poll. */
static void
watch_directory(PfPrompterBus *self)
{
    if (self->monitor != NULL)
        return;
    g_autofree char *directory = g_path_get_dirname(self->path);
    g_autofree char *parent = g_path_get_dirname(directory);
    const char *watched = g_file_test(directory, G_FILE_TEST_IS_DIR) ? directory : parent;
    g_autoptr(GFile) file = g_file_new_for_path(watched);
    g_autoptr(GError) error = NULL;
    self->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
    if (self->monitor == NULL) {
        g_warning("Watching %s: %s", watched, error->message);
        return;
    }
    g_signal_connect_object(self->monitor, "changed", G_CALLBACK(on_monitor_changed), self,
                            G_CONNECT_SWAPPED);
}

PfPrompterBus *
pf_prompter_bus_new(const sd_bus_vtable *vtable, gpointer user_data)
{
    PfPrompterBus *self = g_object_new(PF_TYPE_PROMPTER_BUS, NULL);
    self->vtable = vtable;
    self->user_data = user_data;
    pf_process_guard_watch(on_guard_changed, self);
    int r = pf_socket_path_get(self->path, sizeof self->path);
    if (r < 0) {
        self->path[0] = '\0';
        g_warning("No private socket: %s", g_strerror(-r));
    }
    return self;
}

static void
dispose(GObject *object)
{
    PfPrompterBus *self = PF_PROMPTER_BUS(object);
    pf_process_guard_watch(NULL, NULL);
    g_clear_handle_id(&self->retry_id, g_source_remove);
    g_clear_object(&self->monitor);
    drop(self);
    G_OBJECT_CLASS(pf_prompter_bus_parent_class)->dispose(object);
}

static void
pf_prompter_bus_class_init(PfPrompterBusClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SIGNAL_LOST] = g_signal_new("lost", PF_TYPE_PROMPTER_BUS, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_REFUSED] = g_signal_new("refused", PF_TYPE_PROMPTER_BUS, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_prompter_bus_init(PfPrompterBus *self)
{
}
