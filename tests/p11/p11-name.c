/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Looks names and numbers of PKCS#11 up in the tables of p11-name.h. */
#include "p11-name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct {
    unsigned long value;
    const char *name;
} Entry;

typedef struct {
    const char *prefix;
    const Entry *entries;
    size_t n_entries;
} Table;

#define ENTRY(prefix, name) {prefix##_##name, #name},
#define TABLE(prefix, entries)                                                                     \
    {                                                                                              \
        prefix, entries, sizeof(entries) / sizeof((entries)[0])                                    \
    }

static const Entry rv_entries[] = {PF_P11_RV_NAMES(ENTRY)};
static const Entry attribute_entries[] = {PF_P11_ATTRIBUTE_NAMES(ENTRY)};
static const Entry class_entries[] = {PF_P11_CLASS_NAMES(ENTRY)};
static const Entry key_type_entries[] = {PF_P11_KEY_TYPE_NAMES(ENTRY)};
static const Entry state_entries[] = {PF_P11_STATE_NAMES(ENTRY)};
static const Entry mechanism_entries[] = {PF_P11_MECHANISM_NAMES(ENTRY)};
static const Entry token_flag_entries[] = {PF_P11_TOKEN_FLAG_NAMES(ENTRY)};
static const Entry slot_flag_entries[] = {PF_P11_SLOT_FLAG_NAMES(ENTRY)};
static const Entry session_flag_entries[] = {PF_P11_SESSION_FLAG_NAMES(ENTRY)};
static const Entry mechanism_flag_entries[] = {PF_P11_MECHANISM_FLAG_NAMES(ENTRY)};

static const Table tables[PF_P11_N_KINDS] = {
    [PF_P11_RV] = TABLE("CKR_", rv_entries),
    [PF_P11_ATTRIBUTE] = TABLE("CKA_", attribute_entries),
    [PF_P11_CLASS] = TABLE("CKO_", class_entries),
    [PF_P11_KEY_TYPE] = TABLE("CKK_", key_type_entries),
    [PF_P11_STATE] = TABLE("CKS_", state_entries),
    [PF_P11_MECHANISM] = TABLE("CKM_", mechanism_entries),
    [PF_P11_TOKEN_FLAG] = TABLE("CKF_", token_flag_entries),
    [PF_P11_SLOT_FLAG] = TABLE("CKF_", slot_flag_entries),
    [PF_P11_SESSION_FLAG] = TABLE("CKF_", session_flag_entries),
    [PF_P11_MECHANISM_FLAG] = TABLE("CKF_", mechanism_flag_entries),
};

const char *
pf_p11_name_get(PfP11Kind kind, unsigned long value)
{
    const Table *table = &tables[kind];

    for (size_t i = 0; i < table->n_entries; i++) {
        if (table->entries[i].value == value)
            return table->entries[i].name;
    }
    return NULL;
}

bool
pf_p11_name_parse(PfP11Kind kind, const char *name, unsigned long *ret_value)
{
    const Table *table = &tables[kind];
    const char *bare = name;
    unsigned long value;
    char *end = NULL;

    if (strncasecmp(bare, table->prefix, strlen(table->prefix)) == 0)
        bare += strlen(table->prefix);
    for (size_t i = 0; i < table->n_entries; i++) {
        if (strcasecmp(table->entries[i].name, bare) == 0) {
            *ret_value = table->entries[i].value;
            return true;
        }
    }

    value = strtoul(name, &end, 0);
    if (*name < '0' || *name > '9' || *end != '\0')
        return false;
    *ret_value = value;
    return true;
}

const char *
pf_p11_name_format(PfP11Kind kind, unsigned long value, bool prefixed, char *buffer, size_t size)
{
    const char *name = pf_p11_name_get(kind, value);

    if (name == NULL)
        snprintf(buffer, size, "0x%lx", value);
    else
        snprintf(buffer, size, "%s%s", prefixed ? tables[kind].prefix : "", name);
    return buffer;
}

const char *
pf_p11_name_format_flags(PfP11Kind kind, unsigned long flags, char *buffer, size_t size)
{
    const Table *table = &tables[kind];
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < table->n_entries && used < size; i++) {
        if ((flags & table->entries[i].value) == 0)
            continue;
        used += (size_t)snprintf(buffer + used, size - used, "%s%s", used > 0 ? "," : "",
                                 table->entries[i].name);
        flags &= ~table->entries[i].value;
    }
    if (flags != 0 && used < size)
        snprintf(buffer + used, size - used, "%s0x%lx", used > 0 ? "," : "", flags);
    return buffer;
}
