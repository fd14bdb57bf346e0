/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A tool of the program that is told of Pinfold, run to its end. */
#pragma once

#include <gio/gio.h>

/* Runs ARGV, which ends with NULL. FALSE with *ERROR, the tool's own words among them, when it
 * fails, is not installed, or does not end. Runs the default main context. */
gboolean pf_register_run(const char *const *argv, GError **error);
