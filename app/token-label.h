/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The label of a token whose URI is all that is known. */
#pragma once

/* Of the RFC 7512 URI; NULL when it has none or is no URI. The caller owns it. */
char *pf_token_label_dup(const char *uri);
