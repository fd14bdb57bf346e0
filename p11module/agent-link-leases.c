/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentLink: the calls that PINs come and go with, and the ends of their leases. */
#include "agent-link.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "agent-link-call.h"
#include "pin-page.h"
#include "sd-bus-table.h"

PfLinkStatus
pf_agent_link_store_login(PfAgentLink *link, const PfDomainRef *domain, const void *pin,
                          size_t pin_len, CK_FLAGS token_flags)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    if (pf_pin_page_create(&page, pin, pin_len) < 0)
        return PF_LINK_NOT_CACHED;
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "StoreLogin");
    if (status == PF_LINK_OK) {
        int r = pf_agent_link_append_domain(call.message, domain);
        if (r >= 0)
            r = pf_sd_bus.message_append(call.message, "ht", page.fd, (uint64_t)token_flags);
        status = pf_agent_call_send(&call, r);
    }
    pf_pin_page_wipe(&page);
    pf_agent_call_end(&call);
    return status;
}

/* The answer of TakePin and Prompt; from here on the connection belongs to the lease. CANCELED: the
 * PIN was forgotten before it was taken. */
static PfLinkStatus
receive_lease(PfAgentCall *call, bool is_prompt, PfLease *ret_lease)
{
    uint64_t id;
    int fd;
    int is_cached = true;
    PfSecret *pin = NULL;
    if (pf_sd_bus.message_read(call->reply, "th", &id, &fd) < 0 ||
        (is_prompt && pf_sd_bus.message_read(call->reply, "b", &is_cached) < 0))
        return pf_agent_call_break(call);
    int r = pf_pin_page_receive(fd, &pin);
    /* Without locked memory there is nowhere to put it; the agent takes the lease back when the
     * connection goes. */
    if (r < 0 && r != -ENODATA) {
        pf_agent_pool_release_broken(&call->link->pool, call->slot);
        call->slot = NULL;
        return PF_LINK_UNAVAILABLE;
    }
    pf_agent_pool_release_leased(&call->link->pool, call->slot, id);
    call->slot = NULL;
    if (r < 0) {
        pf_agent_link_end_lease(call->link, id, PF_LEASE_UNUSED, 0, NULL);
        return PF_LINK_CANCELED;
    }
    *ret_lease = (PfLease){.id = id, .pin = pin, .is_cached = is_cached != 0};
    return PF_LINK_OK;
}

static PfLinkStatus
take_pin(PfAgentLink *link, const PfDomainRef *domain, const PfUse *use, PfLinkMeanwhile meanwhile,
         void *data, PfLease *ret_lease)
{
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "TakePin");
    if (status == PF_LINK_OK)
        status = pf_agent_call_send_with(&call, pf_agent_link_append_use(call.message, domain, use),
                                         meanwhile, data);
    if (status == PF_LINK_OK)
        status = receive_lease(&call, false, ret_lease);
    pf_agent_call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_take_pin(PfAgentLink *link, const PfDomainRef *domain, const PfUse *use,
                       PfLinkMeanwhile meanwhile, void *data, PfLease *ret_lease)
{
    PfLinkStatus status = take_pin(link, domain, use, meanwhile, data, ret_lease);
    /* Whether the domain is asleep or public now is the agent's to say. */
    return status == PF_LINK_CANCELED ? take_pin(link, domain, use, meanwhile, data, ret_lease)
                                      : status;
}

static uint32_t
clamp_length(CK_ULONG length)
{
    /* CK_UNAVAILABLE_INFORMATION included: 0 is "unknown". */
    return length > UINT32_MAX ? 0 : (uint32_t)length;
}

static int
append_details(sd_bus_message *message, const PfPromptDetails *details)
{
    int r = pf_sd_bus.message_open_container(message, 'a', "{sv}");
    if (r >= 0)
        r = pf_agent_call_append_text(message, "purpose", details->purpose);
    if (r >= 0)
        r = pf_agent_call_append_text(message, "operation", details->operation);
    if (r >= 0)
        r = pf_agent_call_append_text(message, "slot-description", details->slot_description);
    if (r >= 0)
        r = pf_agent_call_append_text(message, "key-label", details->key_label);
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "{sv}{sv}{sv}", "min-len", "u",
                                     clamp_length(details->min_len), "max-len", "u",
                                     clamp_length(details->max_len), "token-flags", "t",
                                     (uint64_t)details->token_flags);
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
}

/* Makes the call MEMBER that asks the person; without an answer the call is ended. */
static PfLinkStatus
begin_prompt(PfAgentCall *call, PfAgentLink *link, const char *member, const PfDomainRef *domain,
             uint64_t previous, const PfPromptDetails *details)
{
    PfLinkStatus status = pf_agent_call_begin(call, link, member);
    if (status != PF_LINK_OK)
        return status;
    int r = pf_agent_link_append_domain(call->message, domain);
    if (r >= 0)
        r = pf_sd_bus.message_append(call->message, "t", previous);
    if (r >= 0)
        r = append_details(call->message, details);
    call->asks_person = true;
    return pf_agent_call_send(call, r);
}

PfLinkStatus
pf_agent_link_prompt(PfAgentLink *link, const PfDomainRef *domain, uint64_t previous,
                     const PfPromptDetails *details, PfLease *ret_lease)
{
    PfAgentCall call;
    PfLinkStatus status = begin_prompt(&call, link, "Prompt", domain, previous, details);
    if (status == PF_LINK_OK)
        status = receive_lease(&call, true, ret_lease);
    pf_agent_call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_confirm_try(PfAgentLink *link, const PfDomainRef *domain,
                          const PfPromptDetails *details)
{
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "ConfirmTry");
    if (status == PF_LINK_OK) {
        int r = pf_agent_link_append_domain(call.message, domain);
        if (r >= 0)
            r = append_details(call.message, details);
        call.asks_person = true;
        status = pf_agent_call_send(&call, r);
    }
    pf_agent_call_end(&call);
    return status;
}

/* The descriptors of a PIN change; the first is -1 where no PIN was to be proven. */
static int
read_change_pages(sd_bus_message *reply, int *ret_old_fd, int *ret_new_fd)
{
    *ret_old_fd = -1;
    int r = pf_sd_bus.message_enter_container(reply, 'a', "h");
    if (r >= 0 && pf_sd_bus.message_at_end(reply, false) == 0)
        r = pf_sd_bus.message_read(reply, "h", ret_old_fd);
    if (r >= 0)
        r = pf_sd_bus.message_exit_container(reply);
    return r < 0 ? r : pf_sd_bus.message_read(reply, "h", ret_new_fd);
}

static PfLinkStatus
receive_change_lease(PfAgentCall *call, PfChangeLease *ret_lease)
{
    PfChangeLease lease = {0};
    int old_fd;
    int new_fd;
    if (pf_sd_bus.message_read(call->reply, "t", &lease.id) < 0 ||
        read_change_pages(call->reply, &old_fd, &new_fd) < 0)
        return pf_agent_call_break(call);
    if ((old_fd >= 0 && pf_pin_page_receive(old_fd, &lease.old_pin) < 0) ||
        pf_pin_page_receive(new_fd, &lease.new_pin) < 0) {
        pf_secret_free(lease.old_pin);
        pf_agent_pool_release_broken(&call->link->pool, call->slot);
        call->slot = NULL;
        return PF_LINK_UNAVAILABLE;
    }
    *ret_lease = lease;
    pf_agent_pool_release_leased(&call->link->pool, call->slot, lease.id);
    call->slot = NULL;
    return PF_LINK_OK;
}

PfLinkStatus
pf_agent_link_prompt_change(PfAgentLink *link, const PfDomainRef *domain, uint64_t previous,
                            const PfPromptDetails *details, PfChangeLease *ret_lease)
{
    PfAgentCall call;
    PfLinkStatus status = begin_prompt(&call, link, "PromptChange", domain, previous, details);
    if (status == PF_LINK_OK)
        status = receive_change_lease(&call, ret_lease);
    pf_agent_call_end(&call);
    return status;
}

/* Borrows the connection that LEASE came over; one of an earlier life of the agent is closed. */
static PfLinkStatus
call_begin_leased(PfAgentCall *call, PfAgentLink *link, uint64_t lease)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    *call = (PfAgentCall){.link = link, .slot = pf_agent_pool_borrow_leased(&link->pool, lease)};
    if (call->slot == NULL)
        return PF_LINK_UNAVAILABLE;
    if (contact == NULL || contact->epoch != call->slot->epoch ||
        pf_agent_connection_new_call(call->slot->connection, "EndLease", &call->message) < 0)
        return pf_agent_call_break(call);
    return PF_LINK_OK;
}

PfLinkStatus
pf_agent_link_end_lease(PfAgentLink *link, uint64_t lease, PfLeaseResult result,
                        CK_FLAGS token_flags, bool *ret_cached)
{
    PfAgentCall call;
    int cached = 0;
    PfLinkStatus status = call_begin_leased(&call, link, lease);
    bool is_waited_for = ret_cached != NULL || result == PF_LEASE_REJECTED;
    if (status == PF_LINK_OK) {
        int r = pf_sd_bus.message_append(call.message, "tut", lease, (uint32_t)result,
                                         (uint64_t)token_flags);
        status = is_waited_for ? pf_agent_call_send(&call, r) : pf_agent_call_tell(&call, r);
    }
    if (status == PF_LINK_OK && is_waited_for &&
        pf_sd_bus.message_read(call.reply, "b", &cached) < 0)
        status = pf_agent_call_break(&call);
    if (ret_cached != NULL)
        *ret_cached = status == PF_LINK_OK && cached != 0;
    pf_agent_call_end(&call);
    return status;
}

/* Says on the board that LEASE is over. False when somebody waits for it, or there is no board. */
static bool
end_on_board(PfAgentLink *link, uint64_t lease, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    if (contact == NULL || contact->epoch != epoch || entry >= PF_STATE_ENTRIES)
        return false;
    atomic_store(&contact->board->ended_lease[entry], lease);
    return atomic_load(&contact->state->entries[entry].is_lease_awaited) == 0;
}

void
pf_agent_link_end_taken(PfAgentLink *link, uint64_t lease, uint64_t epoch, unsigned entry,
                        CK_FLAGS token_flags)
{
    if (!end_on_board(link, lease, epoch, entry)) {
        pf_agent_link_end_lease(link, lease, PF_LEASE_OK, token_flags, NULL);
        return;
    }
    PfAgentSlot *slot = pf_agent_pool_borrow_leased(&link->pool, lease);
    if (slot != NULL)
        pf_agent_pool_release(&link->pool, slot);
}
