/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Progress: no signals, which a backend's code could not stand. */
#include "tokens-progress.h"

#include <string.h>
#include <sys/socket.h>

void
pf_tokens_progress_tell(int fd, const char *step, guint done, guint total)
{
    char packet[PF_TOKENS_PROGRESS_SIZE];
    if (fd < 0)
        return;
    g_snprintf(packet, sizeof packet, "%s %u %u", step, done, total);
    send(fd, packet, strlen(packet), MSG_DONTWAIT | MSG_NOSIGNAL);
}

gboolean
pf_tokens_progress_is_stopped(int fd)
{
    char byte;
    return fd >= 0 && recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}
