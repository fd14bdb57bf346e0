/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which cards can be asked for their tries, and the helper that does it. */
#include "token-tries.h"

#include <string.h>

#include "helper-run.h"

#define TIMEOUT_MS   1000u
#define OUTPUT_BYTES 256u

/* Only where the card is known to be PIV: selecting that application on another card could end what
 * somebody does there. The names are OpenSC's and Yubico's. */
static gboolean
is_piv(const PfToken *token)
{
    return strstr(token->uri, ";manufacturer=piv_II;") != NULL ||
           strstr(token->uri, "model=YubiKey") != NULL;
}

static void
on_helper_done(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GBytes) output = pf_helper_run_finish(result, NULL);
    g_task_return_int(task, output != NULL ? pf_token_report_parse_tries(output) : -1);
}

void
pf_token_tries_ask(const char *helper, const PfToken *token, GCancellable *cancellable, GTask *task)
{
    g_autoptr(GTask) owned = task;
    if (token == NULL || token->reader == NULL || !is_piv(token)) {
        g_task_return_int(task, -1);
        return;
    }
    const char *argv[] = {helper, "tries", token->reader, NULL};
    pf_helper_run_async(argv, TIMEOUT_MS, OUTPUT_BYTES, cancellable, on_helper_done,
                        g_steal_pointer(&owned));
}
