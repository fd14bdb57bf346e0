/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentLink: what a PIN or an open window is used for, as the agent's history has it. */
#include "agent-link.h"

#include <errno.h>
#include <string.h>

#include "agent-link-private.h"
#include "sd-bus-table.h"

int
pf_agent_link_append_domain(sd_bus_message *message, const PfDomainRef *domain)
{
    return pf_sd_bus.message_append(message, "stb", domain->token,
                                    domain->explicit_id ? domain->app_id : 0,
                                    (int)domain->explicit_id);
}

/* As much of LABEL, which comes from a card, as is told; cut between two characters. */
static void
copy_label(char *to, const char *label)
{
    size_t length = label != NULL ? strnlen(label, PF_WIRE_KEY_LABEL_MAX + 1) : 0;
    if (length > PF_WIRE_KEY_LABEL_MAX) {
        length = PF_WIRE_KEY_LABEL_MAX;
        while (length > 0 && ((unsigned char)label[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(to, length > 0 ? label : "", length);
    to[length] = '\0';
}

int
pf_agent_link_append_use(sd_bus_message *message, const PfDomainRef *domain, const PfUse *use)
{
    char label[PF_WIRE_KEY_LABEL_MAX + 1];
    copy_label(label, use->key_label);
    int r = pf_agent_link_append_domain(message, domain);
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "s", use->operation != NULL ? use->operation : "");
    if (r < 0)
        return r;
    r = pf_sd_bus.message_append(message, "s", label);
    return r == -EINVAL ? pf_sd_bus.message_append(message, "s", "") : r; /* it is no text */
}

void
pf_agent_link_note_use(PfAgentLink *link, const PfDomainRef *domain, const PfUse *use)
{
    sd_bus_message *message = NULL;
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    PfAgentSlot *slot =
        contact != NULL ? pf_agent_pool_borrow_idle(&link->pool, contact->epoch) : NULL;
    if (slot == NULL)
        return;
    if (pf_agent_connection_new_call(slot->connection, "NoteUse", &message) >= 0 &&
        pf_agent_link_append_use(message, domain, use) >= 0)
        pf_agent_connection_note(slot->connection, message);
    pf_sd_bus.message_unref(message);
    pf_agent_pool_release(&link->pool, slot);
}
