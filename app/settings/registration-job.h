/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Programs are told of Pinfold's module by pinfoldctl, as in a terminal: files, tools of others and
 * their locks are waited for outside the window. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/* Runs `pinfoldctl WORDS… --json`; WORDS ends with NULL. The callback comes on the main context.
 * What is being changed is not cut off by cancelling. */
void pf_registration_job_run_async(const char *const *words, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);

/* The array of programs that it printed, the caller's; NULL with *ERROR. */
JsonArray *pf_registration_job_run_finish(GAsyncResult *result, GError **error);
