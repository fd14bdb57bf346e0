/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What came of an import, in words; no widgets. */
#pragma once

#include <json-glib/json-glib.h>

/* Of the helper's answer to `import`: how much came. The caller owns it. */
char *pf_import_text_dup_counts(JsonObject *answer);

/* What the person should know about it; NULL: nothing. The caller owns it. */
char *pf_import_text_dup_warning(JsonObject *answer);
