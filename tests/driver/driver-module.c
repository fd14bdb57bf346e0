/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Commands that load and unload modules: hosts do that many times, and with two at once. */
#include "driver-call.h"

#include <dlfcn.h>
#include <string.h>

bool
pf_driver_module_load(PfDriverModule *module, const char *path, const char **ret_error)
{
    CK_RV (*get_function_list)(CK_FUNCTION_LIST * *list);
    PfDriverModule loaded = {0};
    void *symbol;

    loaded.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (loaded.library == NULL) {
        *ret_error = dlerror();
        return false;
    }
    symbol = dlsym(loaded.library, "C_GetFunctionList");
    memcpy(&get_function_list, &symbol, sizeof(symbol));
    if (symbol == NULL || get_function_list(&loaded.p11) != CKR_OK) {
        dlclose(loaded.library);
        *ret_error = "no PKCS#11 module";
        return false;
    }
    module->other = module->library;
    module->other_p11 = module->p11;
    module->library = loaded.library;
    module->p11 = loaded.p11;
    return true;
}

static void
run_load(PfDriverCall *call)
{
    const char *error;

    if (call->module->library != NULL && call->module->other != NULL)
        pf_driver_reply_set_error(call->reply, "two modules are loaded already");
    else if (!pf_driver_module_load(call->module, call->argv[0], &error))
        pf_driver_reply_set_error(call->reply, "%s", error);
}

static void
run_swap(PfDriverCall *call)
{
    PfDriverModule *module = call->module;

    *module = (PfDriverModule){module->other, module->other_p11, module->library, module->p11};
}

static void
run_unload(PfDriverCall *call)
{
    PfDriverModule *module = call->module;

    dlclose(module->library);
    *module = (PfDriverModule){module->other, module->other_p11, NULL, NULL};
}

const PfDriverCommand pf_driver_module_commands[] = {
    {"load", 1, run_load, "MODULE.so"},
    {"swap", 0, run_swap, "(to the module loaded before, and back)"},
    {"unload", 0, run_unload, ""},
    {NULL},
};
