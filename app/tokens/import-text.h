/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What came of an import, in words; no widgets. */
#pragma once

#include <json-glib/json-glib.h>

/* Of the helper's answer to `import`: how much came. The caller owns it. */
char *pf_import_text_dup_counts(JsonObject *answer);

/* What the person should know about it; NULL: nothing. The caller owns it. */
char *pf_import_text_dup_warning(JsonObject *answer);

/* What a token is doing, by a step of agent/tokens/tokens-progress.h; NULL for one that is not
 * known, or that says nothing new when the person has stopped it. Static. */
const char *pf_import_text_get_step(const char *step, gboolean is_stopped);

/* What is left of an import that was not done; NULL: nothing. Static. */
const char *pf_import_text_get_rest(JsonObject *answer);
