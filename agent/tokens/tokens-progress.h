/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How far a verb is, told to who runs it, who can say meanwhile that it is not wanted any more: a
 * socket of packets, each with a step and two numbers; its other end half closed means stop. */
#pragma once

#include <glib.h>

/* What a packet begins with. */
#define PF_TOKENS_STEP_COPY  "copy"  /* this many of so many objects are on the token */
#define PF_TOKENS_STEP_LOGIN "login" /* the token is given the PIN */
#define PF_TOKENS_STEP_MAKE  "make"  /* the token makes a key, which nothing interrupts */
#define PF_TOKENS_STEP_UNDO  "undo"  /* what is on the token already is taken away again */

/* Room for any packet, with its NUL. */
#define PF_TOKENS_PROGRESS_SIZE 32u

/* FD -1: nobody listens. Never waits: who does not read, misses something. */
void pf_tokens_progress_tell(int fd, const char *step, guint done, guint total);

/* Is what is done not wanted any more? */
gboolean pf_tokens_progress_is_stopped(int fd);
