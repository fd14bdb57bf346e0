/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfJobChannel: a pair of sockets; what comes is from a process in which foreign code runs. */
#include "job-channel.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>

#include "tokens-progress.h"

struct PfJobChannel {
    PfJobProgress on_progress;
    gpointer user_data;
    GCancellable *stop;
    gulong stop_id;
    GSource *source;
    int own_fd;
    int helper_fd;
};

static void
read_packet(PfJobChannel *channel, const char *packet)
{
    char step[8];
    guint done;
    guint total;
    char rest;
    /* NOLINTNEXTLINE(cert-err34-c): nine digits fit, and what is no number is no progress. */
    if (sscanf(packet, "%7[a-z] %9u %9u%c", step, &done, &total, &rest) == 3 && done <= total)
        channel->on_progress(step, done, total, channel->user_data);
}

static gboolean
on_own_readable(int fd, GIOCondition condition, gpointer user_data)
{
    PfJobChannel *channel = user_data;
    char packet[PF_TOKENS_PROGRESS_SIZE];
    ssize_t size = recv(fd, packet, sizeof packet - 1, MSG_DONTWAIT);
    if (size <= 0) /* the helper is gone */
        return G_SOURCE_REMOVE;
    packet[size] = '\0';
    read_packet(channel, packet);
    return G_SOURCE_CONTINUE;
}

static void
on_stop_cancelled(GCancellable *stop, PfJobChannel *channel)
{
    shutdown(channel->own_fd, SHUT_WR);
}

static void
listen_to_helper(PfJobChannel *channel)
{
    channel->source = g_unix_fd_source_new(channel->own_fd, G_IO_IN | G_IO_HUP);
    g_source_set_callback(channel->source, G_SOURCE_FUNC(on_own_readable), channel, NULL);
    g_source_attach(channel->source, g_main_context_get_thread_default());
}

PfJobChannel *
pf_job_channel_new(PfJobProgress on_progress, gpointer user_data, GCancellable *stop)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return NULL;
    PfJobChannel *channel = g_new0(PfJobChannel, 1);
    channel->on_progress = on_progress;
    channel->user_data = user_data;
    channel->own_fd = fds[0];
    channel->helper_fd = fds[1];
    if (on_progress != NULL)
        listen_to_helper(channel);
    if (stop != NULL) {
        channel->stop = g_object_ref(stop);
        channel->stop_id =
            g_signal_connect(stop, "cancelled", G_CALLBACK(on_stop_cancelled), channel);
        if (g_cancellable_is_cancelled(stop))
            on_stop_cancelled(stop, channel);
    }
    return channel;
}

int
pf_job_channel_get_fd(PfJobChannel *channel)
{
    return channel != NULL ? channel->helper_fd : -1;
}

void
pf_job_channel_free(PfJobChannel *channel)
{
    if (channel == NULL)
        return;
    if (channel->source != NULL)
        g_source_destroy(channel->source);
    g_clear_pointer(&channel->source, g_source_unref);
    if (channel->stop_id != 0)
        g_signal_handler_disconnect(channel->stop, channel->stop_id);
    g_clear_object(&channel->stop);
    close(channel->own_fd);
    close(channel->helper_fd);
    g_free(channel);
}
