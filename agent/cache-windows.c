/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: windows that programs have open. */
#include "cache-private.h"

/* Nobody tells that a window closes. Looked at only while one outlives its PIN. */
#define STILL_OPEN_LOOK_MS 250

static gboolean
on_still_open_look(gpointer data)
{
    PfCache *self = data;
    guint count = 0;
    guint closed = 0;
    for (guint i = 0; i < self->contexts->len; i++)
        count += pf_process_context_look_still_open(g_ptr_array_index(self->contexts, i), &closed);
    if (closed > 0)
        pf_cache_emit_changed(self);
    if (count > 0)
        return G_SOURCE_CONTINUE;
    self->still_open_look = 0;
    return G_SOURCE_REMOVE;
}

void
pf_cache_note_still_open(PfCache *self, const PfLoginDomain *domain)
{
    gboolean is_any = FALSE;
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        is_any |= pf_process_context_note_still_open(member->context, member->entry);
    }
    if (is_any && self->still_open_look == 0)
        self->still_open_look = g_timeout_add(STILL_OPEN_LOOK_MS, on_still_open_look, self);
}
