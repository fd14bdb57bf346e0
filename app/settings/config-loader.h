/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the configuration files say, for the settings: read on a thread. */
#pragma once

#include <gio/gio.h>

#include "config.h"

/* All that the files say, as pf_config_load(). */
void pf_config_loader_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);

/* Free with pf_config_free(). NULL: it was cancelled. */
PfConfig *pf_config_loader_load_finish(GAsyncResult *result);
