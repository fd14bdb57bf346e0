/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The real PC/SC behind the table. */
#include "pcsc-api.h"

const PfPcscApi pf_pcsc_api = {
    .establish = SCardEstablishContext,
    .release = SCardReleaseContext,
    .list_readers = SCardListReaders,
    .get_status_change = SCardGetStatusChange,
    .cancel = SCardCancel,
    .connect = SCardConnect,
    .disconnect = SCardDisconnect,
};
