/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Words for the entries of Agent1.GetHistory, for terminal and window. */
#pragma once

#include <glib.h>

/* What happened, in the person's language: a line without program, token and key, which stand
 * beside it. ENTRY is an a{sv} of GetHistory; what is not known here is told by its plain name. The
 * caller owns the text, in which nothing is foreign but such names. */
char *pf_history_words_dup(GVariant *entry);
