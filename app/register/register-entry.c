/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterEntry: three strings. */
#include "register-entry.h"

PfRegisterEntry *
pf_register_entry_new(const char *name, const char *library, const char *text)
{
    PfRegisterEntry *entry = g_new0(PfRegisterEntry, 1);
    entry->name = g_strdup(name);
    entry->library = g_strdup(library);
    entry->text = g_strdup(text);
    return entry;
}

void
pf_register_entry_free(gpointer entry)
{
    PfRegisterEntry *self = entry;
    g_free(self->name);
    g_free(self->library);
    g_free(self->text);
    g_free(self);
}

GPtrArray *
pf_register_entry_list_new(void)
{
    return g_ptr_array_new_with_free_func(pf_register_entry_free);
}
