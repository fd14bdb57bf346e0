/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PINs are read by read(2) into locked memory: stdio, and what is built on it, keeps copies. */
#include "ctl-pin.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* The line's end, and one byte more, by which a line that is too long is known. */
typedef struct {
    char bytes[PF_SECRET_MAX + 2];
    gsize len;
} Line;

static gboolean
set_errno_error(GError **error, int number)
{
    g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(number), g_strerror(number));
    return FALSE;
}

/* Reads to the line's end or the file's. SIGNAL_FD below 0: no signal is waited for. */
static gboolean
read_line(int fd, int signal_fd, Line *line, GError **error)
{
    struct pollfd fds[] = {{fd, POLLIN, 0}, {signal_fd, POLLIN, 0}};
    while (line->len < sizeof line->bytes) {
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0) {
            if (errno == EINTR)
                continue;
            return set_errno_error(error, errno);
        }
        if (fds[1].revents != 0)
            return set_errno_error(error, EINTR);
        /* Byte by byte: what follows the line is not ours. */
        ssize_t n = read(fd, line->bytes + line->len, 1);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return set_errno_error(error, errno);
        if (n == 0 || (n > 0 && line->bytes[line->len] == '\n'))
            return TRUE;
        if (n > 0)
            line->len++;
    }
    return TRUE;
}

/* A signal is let through when the terminal echoes again. */
static gboolean
read_silently(int tty, const char *prompt, int signal_fd, Line *line, GError **error)
{
    struct termios before;
    if (tcgetattr(tty, &before) < 0)
        return set_errno_error(error, errno);
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
        return set_errno_error(error, errno);
    gboolean done = dprintf(tty, "%s: ", prompt) >= 0 && read_line(tty, signal_fd, line, error);
    tcsetattr(tty, TCSAFLUSH, &before);
    dprintf(tty, "\n");
    return done;
}

static gboolean
read_terminal(const char *prompt, Line *line, GError **error)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};
    sigset_t signals;
    sigset_t before;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("there is no terminal to type the PIN at; use --pin-fd"));
        return FALSE;
    }
    sigemptyset(&signals);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        sigaddset(&signals, numbers[i]);
    sigprocmask(SIG_BLOCK, &signals, &before);
    int signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    gboolean done = signal_fd >= 0 ? read_silently(tty, prompt, signal_fd, line, error)
                                   : set_errno_error(error, errno);
    if (signal_fd >= 0)
        close(signal_fd);
    close(tty);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}

static PfSecret *
make_secret(const Line *line, GError **error)
{
    PfSecret *secret = NULL;
    if (line->len == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("no PIN was given"));
    else if (line->len > PF_SECRET_MAX)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the PIN is too long"));
    else if ((secret = pf_secret_new(line->bytes, line->len)) == NULL)
        set_errno_error(error, errno);
    return secret;
}

PfSecret *
pf_ctl_pin_read(int fd, const char *prompt, GError **error)
{
    struct rlimit none = {0, 0};
    PfSecret *secret = NULL;
    setrlimit(RLIMIT_CORE, &none);
    Line *line =
        mmap(NULL, sizeof *line, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (line == MAP_FAILED) {
        set_errno_error(error, errno);
        return NULL;
    }
    if (mlock(line, sizeof *line) < 0)
        set_errno_error(error, errno);
    else if (fd >= 0 ? read_line(fd, -1, line, error) : read_terminal(prompt, line, error))
        secret = make_secret(line, error);
    explicit_bzero(line, sizeof *line);
    munmap(line, sizeof *line);
    return secret;
}
