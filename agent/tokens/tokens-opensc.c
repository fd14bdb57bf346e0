/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSC: configured by a file that only this process has. */
#include "tokens-opensc.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tokens-field.h"

/* OpenSC looks for the sections of its module before those of everybody. */
static const char unblock_sections[] =
    "app opensc-pkcs11 {\n"
    "  pkcs11 { user_pin_unblock_style = set_pin_in_unlogged_session; }\n"
    "}\n"
    "app onepin-opensc-pkcs11 {\n"
    "  pkcs11 { user_pin_unblock_style = set_pin_in_unlogged_session; }\n"
    "}\n";

gboolean
pf_tokens_opensc_is_loaded(CK_FUNCTION_LIST *p11)
{
    CK_INFO info = {0};
    if (p11->C_GetInfo(&info) != CKR_OK)
        return FALSE;
    g_autofree char *maker = pf_tokens_field_dup(info.manufacturerID, sizeof info.manufacturerID);
    return g_str_equal(maker, "OpenSC Project");
}

/* NULL: there is none. */
static char *
read_config(gsize *ret_size)
{
    const char *named = g_getenv("OPENSC_CONF");
    const char *const places[] = {named, "/etc/opensc/opensc.conf", "/etc/opensc.conf"};
    for (gsize i = 0; i < (named != NULL ? 1 : G_N_ELEMENTS(places)); i++) {
        char *text;
        if (places[i] != NULL && g_file_get_contents(places[i], &text, ret_size, NULL))
            return text;
    }
    return NULL;
}

void
pf_tokens_opensc_prepare_unblock(void)
{
    gsize size = 0;
    g_autofree char *config = read_config(&size);
    int fd = memfd_create("opensc.conf", MFD_CLOEXEC);
    if (fd < 0 || write(fd, unblock_sections, strlen(unblock_sections)) < 0)
        return;
    if (config != NULL && write(fd, config, size) < 0)
        return;
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_setenv("OPENSC_CONF", path, TRUE);
}
