/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Kinds of keys, in words. */
#pragma once

/* What a word of agent/tokens/tokens-kind.h is called; NULL for one that is not known here. Static.
 */
const char *pf_key_kind_get_text(const char *word);
