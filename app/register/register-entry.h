/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterEntry: a PKCS#11 module in a program's own list. */
#pragma once

#include <glib.h>

typedef struct {
    char *name;    /* what the program calls it */
    char *library; /* a path, or a name that the loader finds */
    char *text;    /* all that the list says of it, as it is there */
} PfRegisterEntry;

/* Copies; TEXT may be NULL. Free with pf_register_entry_free(). */
PfRegisterEntry *pf_register_entry_new(const char *name, const char *library, const char *text);

void pf_register_entry_free(gpointer entry);

/* An array that owns its entries. */
GPtrArray *pf_register_entry_list_new(void);
