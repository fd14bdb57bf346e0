/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reader match: as both describe the reader, up to what a slot has room for. */
#include "reader-match.h"

#include <string.h>

#include "pcsc-watcher.h"

#define SLOT_DESC_SIZE 64u

static gsize
trimmed_length(const char *text, gsize limit)
{
    gsize len = strnlen(text, limit);
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return len;
}

gboolean
pf_reader_match_is_slot(const char *slot_description, const char *name)
{
    gsize slot_len = trimmed_length(slot_description, SLOT_DESC_SIZE);
    gsize name_len = trimmed_length(name, SLOT_DESC_SIZE);
    return slot_len > 0 && slot_len == name_len && memcmp(slot_description, name, slot_len) == 0;
}

/* The only reader that the slot can be; with two of them, none: the safe answer. */
static const PfPcscReader *
find_reader(const GPtrArray *readers, const char *slot_description)
{
    const PfPcscReader *found = NULL;
    for (guint i = 0; i < readers->len; i++) {
        const PfPcscReader *reader = readers->pdata[i];
        if (!pf_reader_match_is_slot(slot_description, reader->name))
            continue;
        if (found != NULL)
            return NULL;
        found = reader;
    }
    return found;
}

gboolean
pf_reader_match_fill_in(const GPtrArray *readers, PfToken *token)
{
    const PfPcscReader *reader = find_reader(readers, token->slot_description);
    g_free(token->reader);
    token->reader = g_strdup(reader != NULL ? reader->name : NULL);
    return reader == NULL || reader->present;
}
