/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Import check: the verb `can-import` of pinfold-tokens; only what is certain counts. */
#include "import-check.h"

#include <glib/gi18n.h>

#include "token-job.h"

void
pf_import_check_async(const char *uri, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
    const PfTokenJob job = {
        .verb = "can-import",
        .token_uri = uri,
        .file_fd = -1,
    };
    pf_token_job_run_async(&job, cancellable, callback, user_data);
}

const char *
pf_import_check_finish(GAsyncResult *result)
{
    g_autoptr(PfTokenJobResult) done = pf_token_job_run_finish(result, NULL);
    PfTokensFault fault = done != NULL ? done->fault : PF_TOKENS_FAULT_NONE;
    switch (fault) {
    case PF_TOKENS_FAULT_UNSUPPORTED:
        return _("Its PKCS#11 module can use what is on the token, but cannot put anything on it. "
                 "The maker of the token may have a program that can.");
    case PF_TOKENS_FAULT_READ_ONLY:
        return _("The token does not let itself be changed.");
    default:
        return NULL;
    }
}
