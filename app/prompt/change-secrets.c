/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfChangeSecrets: two of them, or none. */
#include "change-secrets.h"

#include <errno.h>
#include <string.h>

static gboolean
copy(const char *text, PfSecret **ret_secret)
{
    if (text == NULL || *text == '\0')
        return TRUE;
    *ret_secret = pf_secret_new(text, strlen(text));
    return *ret_secret != NULL;
}

gboolean
pf_change_secrets_copy(const char *proof, const char *secret, PfChangeSecrets *ret_secrets)
{
    PfChangeSecrets secrets = {NULL, NULL};
    if (copy(proof, &secrets.proof) && copy(secret, &secrets.secret)) {
        *ret_secrets = secrets;
        return TRUE;
    }
    int saved = errno;
    pf_change_secrets_clear(&secrets);
    errno = saved;
    return FALSE;
}

void
pf_change_secrets_clear(PfChangeSecrets *secrets)
{
    pf_secret_clear(&secrets->proof);
    pf_secret_clear(&secrets->secret);
}
