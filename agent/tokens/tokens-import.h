/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The verb that puts the keys and certificates of a file on a token. */
#pragma once

#include "tokens-job.h"

/* `import`: the file is PKCS#12, the secret its password (none: the empty one), the proof the PIN
 * of the user, which is not presented before the file is understood. All keys of the file come,
 * with their certificates and those of its issuers, or nothing does; what is on the token already
 * is left as it is. Adds `keys` and `certificates`, how many came; `present`, how many objects were
 * there; `labels` of the keys; `keys_without_certificate`; and `missing_chain`: the issuer of a
 * key's certificate is not in the file. */
PfTokensFault pf_tokens_import_run(PfTokensJob *job);

/* `can-import`: no login, and nothing is written. read-only or unsupported where it is certain that
 * nothing can be imported; that is also looked at by `import`, before the PIN is presented. */
PfTokensFault pf_tokens_import_run_check(PfTokensJob *job);
