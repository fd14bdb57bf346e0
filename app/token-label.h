/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a token's URI says of it: its label, serial number, model. */
#pragma once

/* Of the RFC 7512 URI, as plain text; NULL when it has none or is no URI. The caller owns it. */
char *pf_token_label_dup(const char *uri);
char *pf_token_label_dup_serial(const char *uri);

/* The model and who made it. */
char *pf_token_label_dup_model(const char *uri);
