/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Application IDs as people write them: "MAJOR:MINOR", each 32 bits, decimal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Room for any ID that pf_app_id_format() writes, with its NUL. */
#define PF_APP_ID_SIZE 24u

/* Reads exactly DIGITS:DIGITS; no signs, blanks or other bases. Untouched *RET_ID on failure. */
bool pf_app_id_parse(const char *text, uint64_t *ret_id);
void pf_app_id_format(uint64_t id, char text[PF_APP_ID_SIZE]);
