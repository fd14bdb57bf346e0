/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The way back from a token's URI to its four fields. */
#pragma once

#include <glib.h>

#include "token-id.h"

/* Reads a URI exactly as pf_token_id_format() writes it; FALSE for anything else, so that one token
 * has one URI. */
gboolean pf_token_uri_parse(const char *uri, PfTokenId *ret_id);
