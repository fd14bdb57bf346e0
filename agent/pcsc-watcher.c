/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPcscWatcher: pictures in, differences out. */
#include "pcsc-watcher.h"

#include "service-watch.h"

enum {
    READER_ADDED,
    READER_REMOVED,
    CARD_INSERTED,
    CARD_REMOVED,
    AVAILABILITY_CHANGED,
    N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Between the two threads: the newest picture not seen yet. */
typedef struct {
    gatomicrefcount refs;
    GMutex lock;
    GMainContext *context;
    PfPcscWatcher *watcher; /* NULL once stopped; main thread only */
    PfPcscPicture *newest;
    gboolean scheduled;
} Mailbox;

struct _PfPcscWatcher {
    GObject parent_instance;
    PfPcscLoop *loop;
    Mailbox *mailbox;
    PfPcscPicture *picture; /* as told */
};

G_DEFINE_FINAL_TYPE(PfPcscWatcher, pf_pcsc_watcher, G_TYPE_OBJECT)

static void
mailbox_unref(gpointer data)
{
    Mailbox *mailbox = data;
    if (!g_atomic_ref_count_dec(&mailbox->refs))
        return;
    pf_pcsc_picture_free(mailbox->newest);
    g_main_context_unref(mailbox->context);
    g_mutex_clear(&mailbox->lock);
    g_free(mailbox);
}

static const PfPcscReader *
find_reader(const PfPcscPicture *picture, const char *name)
{
    for (guint i = 0; i < picture->readers->len; i++) {
        const PfPcscReader *reader = picture->readers->pdata[i];
        if (g_str_equal(reader->name, name))
            return reader;
    }
    return NULL;
}

/* The new picture is in force while the signals are told: what a handler asks is the present. */
static void
tell_removals(PfPcscWatcher *self, const PfPcscPicture *old)
{
    gboolean all = old->connection != self->picture->connection || !self->picture->available;
    for (guint i = 0; i < old->readers->len; i++) {
        const PfPcscReader *was = old->readers->pdata[i];
        const PfPcscReader *is = all ? NULL : find_reader(self->picture, was->name);
        if (was->present && (is == NULL || !is->present || is->events != was->events))
            g_signal_emit(self, signals[CARD_REMOVED], 0, was->name);
        if (is == NULL)
            g_signal_emit(self, signals[READER_REMOVED], 0, was->name);
    }
}

static void
tell_additions(PfPcscWatcher *self, const PfPcscPicture *old, const PfPcscPicture *new)
{
    gboolean all = old->connection != new->connection;
    for (guint i = 0; i < new->readers->len; i++) {
        const PfPcscReader *is = new->readers->pdata[i];
        const PfPcscReader *was = all ? NULL : find_reader(old, is->name);
        if (was == NULL)
            g_signal_emit(self, signals[READER_ADDED], 0, is->name);
        if (is->present && (was == NULL || !was->present || was->events != is->events))
            g_signal_emit(self, signals[CARD_INSERTED], 0, is->name);
    }
}

static void
take_picture(PfPcscWatcher *self, PfPcscPicture *new)
{
    g_object_ref(self);
    PfPcscPicture *old = self->picture;
    self->picture = new;
    tell_removals(self, old);
    if (old->available != new->available)
        g_signal_emit(self, signals[AVAILABILITY_CHANGED], 0);
    tell_additions(self, old, new);
    pf_pcsc_picture_free(old);
    g_object_unref(self);
}

static gboolean
on_mail(gpointer data)
{
    Mailbox *mailbox = data;
    g_mutex_lock(&mailbox->lock);
    PfPcscPicture *picture = g_steal_pointer(&mailbox->newest);
    mailbox->scheduled = FALSE;
    g_mutex_unlock(&mailbox->lock);
    if (mailbox->watcher != NULL && picture != NULL)
        take_picture(mailbox->watcher, picture);
    else
        pf_pcsc_picture_free(picture);
    return G_SOURCE_REMOVE;
}

/* On the loop's thread. */
static void
on_loop_picture(PfPcscPicture *picture, gpointer data)
{
    Mailbox *mailbox = data;
    g_mutex_lock(&mailbox->lock);
    pf_pcsc_picture_free(mailbox->newest);
    mailbox->newest = picture;
    gboolean schedule = !mailbox->scheduled;
    mailbox->scheduled = TRUE;
    g_mutex_unlock(&mailbox->lock);
    if (!schedule)
        return;
    /* Not G_PRIORITY_DEFAULT_IDLE: a removal goes before whatever else is waiting. */
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_atomic_ref_count_inc(&mailbox->refs);
    g_source_set_callback(source, on_mail, mailbox, mailbox_unref);
    g_source_attach(source, mailbox->context);
}

static void
pf_pcsc_watcher_init(PfPcscWatcher *self)
{
    self->picture = pf_pcsc_picture_new(0, FALSE);
}

static void
pf_pcsc_watcher_dispose(GObject *object)
{
    pf_pcsc_watcher_stop(PF_PCSC_WATCHER(object));
    G_OBJECT_CLASS(pf_pcsc_watcher_parent_class)->dispose(object);
}

static void
pf_pcsc_watcher_finalize(GObject *object)
{
    pf_pcsc_picture_free(PF_PCSC_WATCHER(object)->picture);
    G_OBJECT_CLASS(pf_pcsc_watcher_parent_class)->finalize(object);
}

static guint
add_signal(const char *name, guint n_params)
{
    return g_signal_new(name, PF_TYPE_PCSC_WATCHER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, n_params, G_TYPE_STRING);
}

static void
pf_pcsc_watcher_class_init(PfPcscWatcherClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = pf_pcsc_watcher_dispose;
    G_OBJECT_CLASS(klass)->finalize = pf_pcsc_watcher_finalize;
    signals[READER_ADDED] = add_signal("reader-added", 1);
    signals[READER_REMOVED] = add_signal("reader-removed", 1);
    signals[CARD_INSERTED] = add_signal("card-inserted", 1);
    signals[CARD_REMOVED] = add_signal("card-removed", 1);
    signals[AVAILABILITY_CHANGED] = add_signal("availability-changed", 0);
}

PfPcscWatcher *
pf_pcsc_watcher_new(const PfPcscApi *api, const char *socket_path)
{
    PfPcscWatcher *self = g_object_new(PF_TYPE_PCSC_WATCHER, NULL);
    Mailbox *mailbox = g_new0(Mailbox, 1);
    g_atomic_ref_count_init(&mailbox->refs);
    g_atomic_ref_count_inc(&mailbox->refs); /* the loop's */
    g_mutex_init(&mailbox->lock);
    mailbox->context = g_main_context_ref_thread_default();
    mailbox->watcher = self;
    self->mailbox = mailbox;
    if (socket_path == NULL)
        socket_path = pf_service_watch_get_pcscd_path();
    self->loop = pf_pcsc_loop_start(api, socket_path, on_loop_picture, mailbox, mailbox_unref);
    return self;
}

void
pf_pcsc_watcher_stop(PfPcscWatcher *self)
{
    if (self->loop == NULL)
        return;
    self->mailbox->watcher = NULL;
    g_clear_pointer(&self->mailbox, mailbox_unref);
    g_clear_pointer(&self->loop, pf_pcsc_loop_stop);
}

gboolean
pf_pcsc_watcher_is_available(PfPcscWatcher *self)
{
    return self->picture->available;
}

const GPtrArray *
pf_pcsc_watcher_get_readers(PfPcscWatcher *self)
{
    return self->picture->readers;
}

const PfPcscReader *
pf_pcsc_watcher_find_reader(PfPcscWatcher *self, const char *name)
{
    return find_reader(self->picture, name);
}

void
pf_pcsc_watcher_retry(PfPcscWatcher *self)
{
    if (self->loop != NULL)
        pf_pcsc_loop_retry(self->loop);
}
