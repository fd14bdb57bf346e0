/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* JSON on standard output, whatever a card or a program calls itself. */
#pragma once

#include <json-glib/json-glib.h>

/* Prints ROOT and a line's end: valid JSON (RFC 8259), UTF-8 in every locale, and nothing in it
 * that a terminal would take for a command. */
void pf_ctl_json_print(JsonNode *root);
