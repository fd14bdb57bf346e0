/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Finding the module beside this program, and the token in its slots. */
#include "ctl-module.h"

#include <dlfcn.h>
#include <glib/gi18n.h>
#include <string.h>

#include "token-pattern.h"

static const struct {
    CK_RV rv;
    const char *text;
} reasons[] = {
    {CKR_CRYPTOKI_NOT_INITIALIZED, N_("the module was not initialised")},
    {CKR_DEVICE_ERROR, N_("the token does not answer")},
    {CKR_DEVICE_REMOVED, N_("the token was removed")},
    {CKR_FUNCTION_CANCELED, N_("cancelled; where nobody can be asked, use --pin-fd")},
    {CKR_PIN_EXPIRED, N_("the PIN has expired and must be changed first")},
    {CKR_PIN_INCORRECT, N_("the token rejected the PIN. It was sent once and is not sent again")},
    {CKR_PIN_LEN_RANGE, N_("the token says that the PIN has a wrong length")},
    {CKR_PIN_LOCKED, N_("the token says that its PIN is blocked")},
    {CKR_SESSION_COUNT, N_("the token takes no more sessions")},
    {CKR_SLOT_ID_INVALID, N_("the token is not there any more")},
    {CKR_TOKEN_NOT_PRESENT, N_("the token is not there any more")},
    {CKR_TOKEN_NOT_RECOGNIZED, N_("the token is not there any more")},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, N_("a security officer is logged in by this ID")},
    {CKR_USER_PIN_NOT_INITIALIZED, N_("the token has no PIN yet")},
};

void
pf_ctl_module_set_error(GError **error, CK_RV rv)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (reasons[i].rv == rv) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _(reasons[i].text));
            return;
        }
    }
    /* Translators: a number that PKCS#11 modules answer with. */
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the PKCS#11 module failed (0x%lx)"), rv);
}

void
pf_ctl_module_set_id_error(GError **error, CK_RV rv)
{
    if (rv == CKR_FUNCTION_FAILED)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("the agent keeps no application IDs: caching is switched off, too "
                              "many are open, or the agent does not run"));
    else
        pf_ctl_module_set_error(error, rv);
}

/* Never told by the environment. */
char *
pf_ctl_module_dup_path(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    if (own == NULL || strcmp(own, PF_BINDIR "/pinfoldctl") == 0)
        return g_strdup(PF_LIBDIR "/pkcs11/pinfold-pkcs11.so");
    g_autofree char *folder = g_path_get_dirname(own);
    return g_canonicalize_filename("../p11module/pinfold-pkcs11.so", folder);
}

/* FALSE where LIBRARY has no such function; RET_FUNCTION is a pointer to a pointer to one. */
static gboolean
find_function(void *library, const char *name, void *ret_function)
{
    void *symbol = dlsym(library, name);
    memcpy(ret_function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static gboolean
load(PfCtlModule *module, GError **error)
{
    CK_RV (*get_function_list)(CK_FUNCTION_LIST * *list);
    g_autofree char *path = pf_ctl_module_dup_path();
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    _("Pinfold's module cannot be loaded: %s"), dlerror());
        return FALSE;
    }
    if (!find_function(library, "C_GetFunctionList", &get_function_list) ||
        !find_function(library, "CA_SetApplicationID", &module->set_id) ||
        !find_function(library, "CA_OpenApplicationID", &module->open_id) ||
        !find_function(library, "CA_CloseApplicationID", &module->close_id) ||
        get_function_list(&module->p11) != CKR_OK) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                    _("%s is not Pinfold's module of this version"), path);
        return FALSE;
    }
    return TRUE;
}

gboolean
pf_ctl_module_open(PfCtlModule *ret_module, GError **error)
{
    /* GDBus has a thread. */
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    PfCtlModule module = {0};
    if (!load(&module, error))
        return FALSE;
    CK_RV rv = module.p11->C_Initialize(&args);
    if (rv != CKR_OK) {
        pf_ctl_module_set_error(error, rv);
        return FALSE;
    }
    *ret_module = module;
    return TRUE;
}

void
pf_ctl_module_close(PfCtlModule *module)
{
    module->p11->C_Finalize(NULL);
}

/* The slots with a token, an array of CK_SLOT_ID; empty on an error. */
static GArray *
list_slots(PfCtlModule *module)
{
    GArray *slots = g_array_new(FALSE, TRUE, sizeof(CK_SLOT_ID));
    CK_ULONG count = 0;
    CK_RV rv = module->p11->C_GetSlotList(CK_TRUE, NULL, &count);
    /* Tokens may come between the two calls. */
    do {
        g_array_set_size(slots, (guint)count);
        if (rv == CKR_OK && count > 0)
            rv = module->p11->C_GetSlotList(CK_TRUE, &g_array_index(slots, CK_SLOT_ID, 0), &count);
    } while (rv == CKR_BUFFER_TOO_SMALL);
    g_array_set_size(slots, rv == CKR_OK ? (guint)count : 0);
    return slots;
}

static gboolean
read_token(PfCtlModule *module, CK_SLOT_ID slot, PfCtlToken *token)
{
    PfTokenId id;
    token->slot = slot;
    if (module->p11->C_GetTokenInfo(slot, &token->info) != CKR_OK ||
        (token->info.flags & CKF_TOKEN_INITIALIZED) == 0)
        return FALSE;
    pf_token_id_from_info(&id, &token->info);
    pf_token_id_format(&id, token->uri);
    return TRUE;
}

gboolean
pf_ctl_module_find_token(PfCtlModule *module, const char *uri, PfCtlToken *ret_token,
                         GError **error)
{
    const char *reason;
    guint count = 0;
    PfTokenPattern *pattern = pf_token_pattern_new(uri, &reason);
    g_autoptr(GArray) slots = list_slots(module);
    for (guint i = 0; pattern != NULL && i < slots->len; i++) {
        PfCtlToken token;
        if (!read_token(module, g_array_index(slots, CK_SLOT_ID, i), &token) ||
            !pf_token_pattern_matches(pattern, token.uri))
            continue;
        *ret_token = token;
        count++;
    }
    pf_token_pattern_free(pattern);
    if (count != 1)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            count == 0 ? _("there is no such token in any slot")
                                       : _("several tokens are like this: say more of the URI"));
    return count == 1;
}
