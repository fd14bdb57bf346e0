/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* All backends of the configuration, each probed in a process of its own. */
#pragma once

#include <json-glib/json-glib.h>

/* Probes every backend and returns the document of `pinfold-tokens list`: `modules`, each with
 * `name`, `path`, `ok`, `fault` (when not ok), `description`, `slots`. SELF is the path of this
 * program. Runs the default main context until all have answered or used up their time. */
JsonNode *pf_tokens_list_run(const char *self);
