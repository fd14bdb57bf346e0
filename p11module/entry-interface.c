/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_GetInterfaceList and C_GetInterface (PKCS#11 3.0, 5.4): callable before C_Initialize. */
#include <string.h>

#include "entry-application-id.h"
#include "function-list-v3.h"

static char standard_name[] = "PKCS 11";
static char application_id_name[] = PF_INTERFACE_APPLICATION_ID;

/* The one that a host gets without asking for any comes first. None claims to be fork-safe. Each
 * list begins with its CK_VERSION. Headers differ in the type of the name. */
static CK_INTERFACE interfaces[] = {
    {(void *)standard_name, &pf_function_list_v3, 0},
    {(void *)standard_name, &pf_function_list, 0},
    {(void *)application_id_name, &pf_application_id_functions, 0},
};

#define INTERFACE_COUNT (sizeof interfaces / sizeof *interfaces)

__attribute__((visibility("default"))) CK_RV
C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count)
{
    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    CK_ULONG room = *count;
    *count = INTERFACE_COUNT;
    if (list == NULL)
        return CKR_OK;
    if (room < INTERFACE_COUNT)
        return CKR_BUFFER_TOO_SMALL;
    memcpy(list, interfaces, sizeof interfaces);
    return CKR_OK;
}

static CK_BBOOL
matches(const CK_INTERFACE *interface, const CK_UTF8CHAR *name, const CK_VERSION *version,
        CK_FLAGS flags)
{
    const CK_VERSION *own = interface->pFunctionList;
    /* Who names none wants PKCS#11, whatever version it asks for. */
    const char *wanted = name != NULL ? (const char *)name : standard_name;
    return strcmp(wanted, (const char *)interface->pInterfaceName) == 0 &&
           (version == NULL || (version->major == own->major && version->minor == own->minor)) &&
           (flags & ~interface->flags) == 0;
}

__attribute__((visibility("default"))) CK_RV
C_GetInterface(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface, CK_FLAGS flags)
{
    if (interface == NULL)
        return CKR_ARGUMENTS_BAD;
    for (size_t i = 0; i < INTERFACE_COUNT; i++) {
        if (matches(&interfaces[i], name, version, flags)) {
            *interface = &interfaces[i];
            return CKR_OK;
        }
    }
    return CKR_FUNCTION_FAILED;
}
