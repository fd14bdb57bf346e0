/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Pinfold's own PKCS#11 module as login and logout use it: as any program does (DESIGN 8). */
#pragma once

#include <gio/gio.h>

#include <p11-kit/pkcs11.h>

#include "token-id.h"

typedef struct {
    CK_FUNCTION_LIST *p11;
    CK_RV (*set_id)(CK_ULONG high, CK_ULONG low);
    CK_RV (*open_id)(CK_SLOT_ID slot, CK_ULONG high, CK_ULONG low);
    CK_RV (*close_id)(CK_SLOT_ID slot, CK_ULONG high, CK_ULONG low);
} PfCtlModule;

/* A token that is in a slot. */
typedef struct {
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    char uri[PF_TOKEN_URI_SIZE]; /* as `status` prints it */
} PfCtlToken;

/* The path of the module that belongs to this program: installed, or in a build tree. Free with
 * g_free(). */
char *pf_ctl_module_dup_path(void);

/* Loads and initialises the module that belongs to this program, for this process's life. FALSE
 * with *ERROR in words for people. */
gboolean pf_ctl_module_open(PfCtlModule *ret_module, GError **error);

/* Finalizes it, which closes every session. */
void pf_ctl_module_close(PfCtlModule *module);

/* The one token that URI, a full or a partial one, means; FALSE with *ERROR when it means none or
 * several. URI is one that pf_token_pattern_new() takes. */
gboolean pf_ctl_module_find_token(PfCtlModule *module, const char *uri, PfCtlToken *ret_token,
                                  GError **error);

/* Sets *ERROR to what a person makes of RV, which is not CKR_OK. */
void pf_ctl_module_set_error(GError **error, CK_RV rv);

/* The same, where RV is the answer of open_id or close_id. */
void pf_ctl_module_set_id_error(GError **error, CK_RV rv);
