/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent1's part on PINs and logins that the person ends. */
#pragma once

#include "cache.h"
#include "pf-agent-dbus.h"
#include "token-registry.h"

/* Answers Forget: the PINs that FILTER, an a{sv} of anybody's, means are forgotten. */
void pf_control_forget_answer(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                              GVariant *filter, PfCache *cache, PfTokenRegistry *registry);

/* Answers CloseId: the login of ID on TOKEN_URI, both anybody's text, does not stay by itself. */
void pf_control_forget_close_id(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                                const char *token_uri, const char *id, PfCache *cache);
