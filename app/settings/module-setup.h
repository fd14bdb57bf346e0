/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModuleSetup: which PKCS#11 modules the configuration names, and which of its files says so. An
 * unchanging picture of the files; changing the person's own gives none, but a reason to load
 * again.
 */
#pragma once

#include <gio/gio.h>

#include "config.h"
#include "module-edit.h"

typedef struct {
    PfConfig *effective; /* what counts */
    PfConfig *system;    /* without the person's file */
    char *text;          /* of the person's file; "" when there is none */
    char *etag;          /* of it; NULL: there is none */
    GPtrArray *entries;  /* of PfModuleEntry: what TEXT says */
    GPtrArray *problems; /* of char *, "FILE, line 3: what is wrong", of the person's file */
    gboolean is_locked;  /* the system's file says so */
} PfModuleSetup;

/* Reads the files on a thread. */
void pf_module_setup_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

/* NULL: it was cancelled. */
PfModuleSetup *pf_module_setup_load_finish(GAsyncResult *result);

/* NULL is fine. */
void pf_module_setup_free(PfModuleSetup *setup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfModuleSetup, pf_module_setup_free)

/* Can the person's file be changed at all? */
gboolean pf_module_setup_is_writable(const PfModuleSetup *setup);

/* The module of that name in CONFIG; NULL: it has none. */
const PfConfigModule *pf_module_setup_find(const PfConfig *config, const char *name);

/* Copies of the entries, with those modules that Pinfold chose by itself: it chooses none any more
 * when a file names one. */
GPtrArray *pf_module_setup_dup_entries(const PfModuleSetup *setup);

/* Writes the person's file with ENTRIES, on a thread; nothing of SETUP and ENTRIES is needed after
 * the call. Errors: those of pf_module_edit_apply(), G_IO_ERROR_WRONG_ETAG (somebody else has
 * changed the file since it was read), and what GIO says of files. */
void pf_module_setup_save_async(const PfModuleSetup *setup, const GPtrArray *entries,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean pf_module_setup_save_finish(GAsyncResult *result, GError **error);
