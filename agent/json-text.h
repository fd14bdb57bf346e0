/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* JSON that another process printed, which may have a vendor's module in it. */
#pragma once

#include <json-glib/json-glib.h>

/* The object that TEXT is, or NULL where it is none, or is nested deeper, or has other
 * escapes, than anything that pinfold-tokens prints: its strings are UTF-8. Free with
 * json_node_unref(). */
JsonNode *pf_json_text_parse(GBytes *text);
