/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PC/SC as a table of functions, so that readers can be scripted. */
#pragma once

#include <winscard.h>

typedef struct {
    LONG (*establish)(DWORD scope, LPCVOID reserved1, LPCVOID reserved2, LPSCARDCONTEXT context);
    LONG (*release)(SCARDCONTEXT context);
    LONG (*list_readers)(SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD size);
    LONG(*get_status_change)
    (SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD count);
    LONG (*cancel)(SCARDCONTEXT context);
    LONG(*connect)
    (SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
     LPDWORD protocol);
    LONG (*disconnect)(SCARDHANDLE card, DWORD disposition);
} PfPcscApi;

/* The real one: libpcsclite. */
extern const PfPcscApi pf_pcsc_api;
