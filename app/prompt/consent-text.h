/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The sentences of the question whether a program may use a login that it did not make. */
#pragma once

/* PROGRAM and TOKEN are what PfPinRequest says of them. The dup functions give plain text that the
 * caller owns, the others static text. */
char *pf_consent_text_dup_title(const char *token);
char *pf_consent_text_dup_headline(const char *program, const char *token);
char *pf_consent_text_dup_offer(const char *program, const char *token);
const char *pf_consent_text_get_consequence(void);
const char *pf_consent_text_get_warning(void);
const char *pf_consent_text_get_refused(void);
