/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PINs are read by read(2), byte by byte into a PfSecret: stdio, and what is built on it, keeps
 * copies. */
#include "ctl-pin.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static gboolean
set_errno_error(GError **error, int number)
{
    g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(number), g_strerror(number));
    return FALSE;
}

static gboolean
append(PfSecret **line, char byte, GError **error)
{
    PfSecret *longer = pf_secret_splice(*line, pf_secret_get_length(*line), 0, &byte, 1);
    if (longer == NULL && errno == E2BIG) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the PIN is too long"));
        return FALSE;
    }
    if (longer == NULL)
        return set_errno_error(error, errno);
    pf_secret_free(*line);
    *line = longer;
    return TRUE;
}

/* A line of a file from elsewhere ends with two characters: as a part of the PIN, the first would
 * cost a try. */
static void
cut_return(PfSecret *line)
{
    const unsigned char *bytes = pf_secret_get_bytes(line);
    size_t len = pf_secret_get_length(line);
    if (len > 0 && bytes[len - 1] == '\r')
        pf_secret_cut(line, len - 1);
}

/* Reads to the line's end or the file's. SIGNAL_FD below 0: no signal is waited for. */
static gboolean
read_line(int fd, int signal_fd, PfSecret **line, GError **error)
{
    struct pollfd fds[] = {{fd, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    for (;;) {
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0) {
            if (errno == EINTR)
                continue;
            return set_errno_error(error, errno);
        }
        if (fds[1].revents != 0)
            return set_errno_error(error, EINTR);
        /* Byte by byte: what follows the line is not ours. */
        char byte = '\0';
        ssize_t n = read(fd, &byte, 1);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return set_errno_error(error, errno);
        if (n > 0 && byte == '\n')
            cut_return(*line);
        if (n == 0 || (n > 0 && byte == '\n'))
            return TRUE;
        if (n > 0 && !append(line, byte, error))
            return FALSE;
    }
}

/* PROMPT NULL: nobody is asked, and what was typed before counts. */
static gboolean
read_silently(int tty, const char *prompt, int signal_fd, PfSecret **line, GError **error)
{
    int when = prompt != NULL ? TCSAFLUSH : TCSADRAIN;
    struct termios before;
    if (tcgetattr(tty, &before) < 0)
        return set_errno_error(error, errno);
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    if (tcsetattr(tty, when, &silent) < 0)
        return set_errno_error(error, errno);
    gboolean done = (prompt == NULL || dprintf(tty, "%s: ", prompt) >= 0) &&
                    read_line(tty, signal_fd, line, error);
    tcsetattr(tty, when, &before);
    dprintf(tty, "\n");
    return done;
}

/* A signal is let through when the terminal echoes again. */
static gboolean
read_terminal(int tty, const char *prompt, PfSecret **line, GError **error)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};
    sigset_t signals;
    sigset_t before;
    sigemptyset(&signals);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        sigaddset(&signals, numbers[i]);
    sigprocmask(SIG_BLOCK, &signals, &before);
    int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    gboolean done = signal_fd >= 0 ? read_silently(tty, prompt, signal_fd, line, error)
                                   : set_errno_error(error, errno);
    if (signal_fd >= 0)
        close(signal_fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}

static gboolean
ask(const char *prompt, PfSecret **line, GError **error)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("there is no terminal to type the PIN at; use --pin-fd"));
        return FALSE;
    }
    gboolean done = read_terminal(tty, prompt, line, error);
    close(tty);
    return done;
}

/* A descriptor can be a terminal, too. */
static gboolean
read_fd(int fd, PfSecret **line, GError **error)
{
    return isatty(fd) ? read_terminal(fd, NULL, line, error) : read_line(fd, -1, line, error);
}

PfSecret *
pf_ctl_pin_read(int fd, const char *prompt, GError **error)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    PF_AUTO_SECRET line = pf_secret_new(NULL, 0);
    if (line == NULL) {
        set_errno_error(error, errno);
        return NULL;
    }
    if (!(fd >= 0 ? read_fd(fd, &line, error) : ask(prompt, &line, error)))
        return NULL;
    if (pf_secret_get_length(line) == 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("no PIN was given"));
        return NULL;
    }
    return g_steal_pointer(&line);
}
