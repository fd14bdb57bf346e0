/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPcscLoop: the thread that is blocked in PC/SC, and the pictures of the readers it takes.
 *
 * Internal to PfPcscWatcher. A picture is complete; whoever gets it compares it with the last one,
 * so pictures may replace each other when the receiver is slow. */
#pragma once

#include <glib.h>

#include "pcsc-api.h"

typedef struct {
    char *name; /* UTF-8 */
    gboolean present;
    guint16 events; /* PC/SC's counter: each insertion and each removal adds one */
} PfPcscReader;

typedef struct {
    guint connection;   /* another number: pcscd was away, and nothing is what it was */
    gboolean available; /* FALSE: no pcscd; no readers then */
    GPtrArray *readers; /* of PfPcscReader */
} PfPcscPicture;

PfPcscReader *pf_pcsc_reader_new(const char *name, gboolean present, guint16 events);
void pf_pcsc_reader_free(PfPcscReader *reader);
PfPcscPicture *pf_pcsc_picture_new(guint connection, gboolean available);
void pf_pcsc_picture_free(PfPcscPicture *picture);

typedef struct PfPcscLoop PfPcscLoop;

/* PICTURE is the callee's. Called on the loop's thread. */
typedef void (*PfPcscLoopSink)(PfPcscPicture *picture, gpointer user_data);

/* Starts the thread. SOCKET_PATH: the file by which a pcscd that is away announces itself.
 * DESTROY is called for USER_DATA once the thread has ended, maybe on that thread. */
PfPcscLoop *pf_pcsc_loop_start(const PfPcscApi *api, const char *socket_path, PfPcscLoopSink sink,
                               gpointer user_data, GDestroyNotify destroy);

/* Looks for pcscd again now, if it is away. */
void pf_pcsc_loop_retry(PfPcscLoop *loop);

/* Ends the thread and waits for that, 2 s at most: against a pcscd that hangs, PC/SC can be neither
 * cancelled nor left; the thread is then abandoned. No picture comes after this. */
void pf_pcsc_loop_stop(PfPcscLoop *loop);
