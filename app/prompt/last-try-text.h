/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The sentences of the question whether a program may spend the last try of a PIN. */
#pragma once

/* PROGRAM and TOKEN are what PfPinRequest says of them, OPERATION is that of Cache1.ConfirmTry or
 * NULL. The dup functions give plain text that the caller owns, the others static text. */
char *pf_last_try_text_dup_title(const char *token);
char *pf_last_try_text_dup_headline(const char *program, const char *token);
const char *pf_last_try_text_get_consequence(const char *operation);
const char *pf_last_try_text_get_action(void);
