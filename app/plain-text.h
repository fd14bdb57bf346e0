/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Foreign text made fit to be shown. */
#pragma once

/* VALUE as valid, stripped UTF-8 of one line, in which control and direction characters are
 * replaced; NULL when nothing remains. The caller owns it. */
char *pf_plain_text_dup(const char *value);
