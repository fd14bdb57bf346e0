/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Foreign text made fit to be shown. */
#pragma once

#include <glib.h>

/* VALUE as valid, stripped UTF-8 of one line, in which control and direction characters are
 * replaced; NULL when nothing remains. The caller owns it. */
char *pf_plain_text_dup(const char *value);

/* TEXT, which is taken and may be NULL, with at most MAX_CHARS characters: an ellipsis is the last
 * of those that are left. Names come from outside, and must not push the rest of a sentence away.
 */
char *pf_plain_text_shorten(char *text, glong max_chars);
