/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Why no PIN of a token is ever cached, in words. */
#pragma once

/* REASON as Agent1.GetStatus and Prompter1.AskPin have it, NULL: there is none. A sentence, static;
 * NULL: there is nothing to say, or a later agent's reason. */
const char *pf_never_words_get(const char *reason);
