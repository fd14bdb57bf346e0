/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How many tries a token's PIN has left, where asking costs none (DESIGN 9a). */
#pragma once

#include "token-report.h"

/* Has HELPER, the path of pinfold-tokens, ask TOKEN, and gives TASK, which is taken, the number, or
 * -1 where it is not known. TOKEN may be NULL. */
void pf_token_tries_ask(const char *helper, const PfToken *token, GCancellable *cancellable,
                        GTask *task);
