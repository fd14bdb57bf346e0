/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentLink: the methods of Cache1, each one call on a borrowed connection. */
#include "agent-link.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "agent-link-private.h"
#include "pin-page.h"
#include "sd-bus-table.h"

/* A call being made: a borrowed connection and the message for it. */
typedef struct {
    PfAgentLink *link;
    PfAgentSlot *slot;
    sd_bus_message *message;
    sd_bus_message *reply;
} Call;

static const struct {
    const char *name;
    PfLinkStatus status;
} error_statuses[] = {
    {PF_WIRE_ERROR_NOT_CACHED, PF_LINK_NOT_CACHED},
    {PF_WIRE_ERROR_NOT_LOGGED_IN, PF_LINK_NOT_LOGGED_IN},
    {PF_WIRE_ERROR_ASLEEP, PF_LINK_ASLEEP},
    {PF_WIRE_ERROR_CANCELED, PF_LINK_CANCELED},
    {PF_WIRE_ERROR_NO_PROMPTER, PF_LINK_NO_PROMPTER},
    {PF_WIRE_ERROR_LOGGED_IN, PF_LINK_LOGGED_IN},
    {PF_WIRE_ERROR_USER_LOGGED_IN, PF_LINK_USER_LOGGED_IN},
    {PF_WIRE_ERROR_OFFICER_LOGGED_IN, PF_LINK_OFFICER_LOGGED_IN},
    {PF_WIRE_ERROR_READ_ONLY_EXISTS, PF_LINK_READ_ONLY_EXISTS},
};

static PfLinkStatus
status_of_reply(sd_bus_message *reply)
{
    const sd_bus_error *error = pf_sd_bus.message_get_error(reply);
    if (error == NULL)
        return PF_LINK_OK;
    for (size_t i = 0; i < sizeof error_statuses / sizeof *error_statuses; i++) {
        if (strcmp(error->name, error_statuses[i].name) == 0)
            return error_statuses[i].status;
    }
    return PF_LINK_REFUSED;
}

/* Gives the connection back. */
static void
call_end(Call *call)
{
    pf_sd_bus.message_unref(call->message);
    pf_sd_bus.message_unref(call->reply);
    if (call->slot != NULL)
        pf_agent_pool_release(&call->link->pool, call->slot);
}

/* The connection is lost, and all trust in this life of the agent with it. */
static PfLinkStatus
call_break(Call *call)
{
    pf_agent_link_lose(call->link, call->slot->epoch);
    pf_agent_pool_release_broken(&call->link->pool, call->slot);
    call->slot = NULL;
    return PF_LINK_UNAVAILABLE;
}

/* Borrows a connection to the present agent, opening one if need be. */
static PfLinkStatus
call_begin(Call *call, PfAgentLink *link, const char *member)
{
    uint64_t deadline = pf_agent_connection_now() + PF_AGENT_LINK_PATIENCE_US;
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    *call = (Call){.link = link};
    if (contact == NULL)
        return PF_LINK_UNAVAILABLE;
    call->slot = pf_agent_pool_borrow(&link->pool, contact->epoch, deadline);
    if (call->slot == NULL)
        return PF_LINK_UNAVAILABLE;
    if (call->slot->connection == NULL) {
        PfAgentConnection *connection;
        if (pf_agent_connection_open(deadline, &connection) < 0)
            return call_break(call);
        pf_agent_pool_attach(call->slot, connection);
    }
    if (pf_agent_connection_new_call(call->slot->connection, member, &call->message) < 0)
        return call_break(call);
    return PF_LINK_OK;
}

static int
append_domain(Call *call, const PfDomainRef *domain)
{
    return pf_agent_link_append_domain(call->message, domain);
}

/* Sends the call if it could be FILLED, lets MEANWHILE run, and waits. */
static PfLinkStatus
call_send_with(Call *call, int filled, PfLinkMeanwhile meanwhile, void *data)
{
    PfAgentConnection *connection = call->slot->connection;
    if (filled < 0)
        return PF_LINK_REFUSED; /* no memory, or text that D-Bus cannot carry */
    if (pf_agent_connection_send(connection, call->message) < 0)
        return call_break(call);
    if (meanwhile != NULL)
        meanwhile(data);
    if (pf_agent_connection_wait(connection, PF_AGENT_LINK_PATIENCE_US, &call->reply) < 0)
        return call_break(call);
    return status_of_reply(call->reply);
}

static PfLinkStatus
call_send(Call *call, int filled)
{
    return call_send_with(call, filled, NULL, NULL);
}

/* Sends the call if it could be FILLED, and no more. */
static PfLinkStatus
call_tell(Call *call, int filled)
{
    if (filled < 0)
        return PF_LINK_REFUSED;
    return pf_agent_connection_tell(call->slot->connection, call->message) < 0 ? call_break(call)
                                                                               : PF_LINK_OK;
}

PfLinkStatus
pf_agent_link_sessions_changed(PfAgentLink *link, const PfDomainRef *domain, uint32_t count,
                               unsigned *ret_entry)
{
    Call call;
    uint32_t entry;
    PfLinkStatus status = call_begin(&call, link, "SessionsChanged");
    if (status == PF_LINK_OK) {
        int r = append_domain(&call, domain);
        if (r >= 0)
            r = pf_sd_bus.message_append(call.message, "u", count);
        status = call_send(&call, r);
    }
    if (status == PF_LINK_OK &&
        (pf_sd_bus.message_read(call.reply, "u", &entry) < 0 || entry >= PF_STATE_ENTRIES))
        status = call_break(&call);
    if (status == PF_LINK_OK)
        *ret_entry = entry;
    call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_store_login(PfAgentLink *link, const PfDomainRef *domain, const void *pin,
                          size_t pin_len, CK_FLAGS token_flags)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    if (pf_pin_page_create(&page, pin, pin_len) < 0)
        return PF_LINK_NOT_CACHED;
    Call call;
    PfLinkStatus status = call_begin(&call, link, "StoreLogin");
    if (status == PF_LINK_OK) {
        int r = append_domain(&call, domain);
        if (r >= 0)
            r = pf_sd_bus.message_append(call.message, "ht", page.fd, (uint64_t)token_flags);
        status = call_send(&call, r);
    }
    pf_pin_page_wipe(&page);
    call_end(&call);
    return status;
}

/* The answer of TakePin and Prompt; from here on the connection belongs to the lease. CANCELED: the
 * PIN was forgotten before it was taken. */
static PfLinkStatus
receive_lease(Call *call, bool is_prompt, PfLease *ret_lease)
{
    uint64_t id;
    int fd;
    int is_cached = true;
    PfSecret *pin = NULL;
    if (pf_sd_bus.message_read(call->reply, "th", &id, &fd) < 0 ||
        (is_prompt && pf_sd_bus.message_read(call->reply, "b", &is_cached) < 0))
        return call_break(call);
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
    Call call;
    PfLinkStatus status = call_begin(&call, link, "TakePin");
    if (status == PF_LINK_OK)
        status = call_send_with(&call, pf_agent_link_append_use(call.message, domain, use),
                                meanwhile, data);
    if (status == PF_LINK_OK)
        status = receive_lease(&call, false, ret_lease);
    call_end(&call);
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

/* VALUE comes from a card or a driver: what is no text is sent as empty, not refused. */
static int
append_text(sd_bus_message *message, const char *key, const char *value)
{
    if (value == NULL)
        return 0;
    int r = pf_sd_bus.message_open_container(message, 'e', "sv");
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "s", key);
    if (r >= 0)
        r = pf_sd_bus.message_open_container(message, 'v', "s");
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "s", value);
    if (r == -EINVAL)
        r = pf_sd_bus.message_append(message, "s", "");
    if (r >= 0)
        r = pf_sd_bus.message_close_container(message);
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
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
        r = append_text(message, "purpose", details->purpose);
    if (r >= 0)
        r = append_text(message, "operation", details->operation);
    if (r >= 0)
        r = append_text(message, "slot-description", details->slot_description);
    if (r >= 0)
        r = append_text(message, "key-label", details->key_label);
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "{sv}{sv}{sv}", "min-len", "u",
                                     clamp_length(details->min_len), "max-len", "u",
                                     clamp_length(details->max_len), "token-flags", "t",
                                     (uint64_t)details->token_flags);
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
}

/* Makes the call MEMBER that asks the person; without an answer the call is ended. */
static PfLinkStatus
begin_prompt(Call *call, PfAgentLink *link, const char *member, const PfDomainRef *domain,
             uint64_t previous, const PfPromptDetails *details)
{
    PfLinkStatus status = call_begin(call, link, member);
    if (status != PF_LINK_OK)
        return status;
    int r = append_domain(call, domain);
    if (r >= 0)
        r = pf_sd_bus.message_append(call->message, "t", previous);
    if (r >= 0)
        r = append_details(call->message, details);
    return call_send(call, r);
}

PfLinkStatus
pf_agent_link_prompt(PfAgentLink *link, const PfDomainRef *domain, uint64_t previous,
                     const PfPromptDetails *details, PfLease *ret_lease)
{
    Call call;
    PfLinkStatus status = begin_prompt(&call, link, "Prompt", domain, previous, details);
    if (status == PF_LINK_OK)
        status = receive_lease(&call, true, ret_lease);
    call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_confirm_try(PfAgentLink *link, const PfDomainRef *domain,
                          const PfPromptDetails *details)
{
    Call call;
    PfLinkStatus status = call_begin(&call, link, "ConfirmTry");
    if (status == PF_LINK_OK) {
        int r = append_domain(&call, domain);
        if (r >= 0)
            r = append_details(call.message, details);
        status = call_send(&call, r);
    }
    call_end(&call);
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
receive_change_lease(Call *call, PfChangeLease *ret_lease)
{
    PfChangeLease lease = {0};
    int old_fd;
    int new_fd;
    if (pf_sd_bus.message_read(call->reply, "t", &lease.id) < 0 ||
        read_change_pages(call->reply, &old_fd, &new_fd) < 0)
        return call_break(call);
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
    Call call;
    PfLinkStatus status = begin_prompt(&call, link, "PromptChange", domain, previous, details);
    if (status == PF_LINK_OK)
        status = receive_change_lease(&call, ret_lease);
    call_end(&call);
    return status;
}

/* Borrows the connection that LEASE came over; one of an earlier life of the agent is closed. */
static PfLinkStatus
call_begin_leased(Call *call, PfAgentLink *link, uint64_t lease)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    *call = (Call){.link = link, .slot = pf_agent_pool_borrow_leased(&link->pool, lease)};
    if (call->slot == NULL)
        return PF_LINK_UNAVAILABLE;
    if (contact == NULL || contact->epoch != call->slot->epoch ||
        pf_agent_connection_new_call(call->slot->connection, "EndLease", &call->message) < 0)
        return call_break(call);
    return PF_LINK_OK;
}

PfLinkStatus
pf_agent_link_end_lease(PfAgentLink *link, uint64_t lease, PfLeaseResult result,
                        CK_FLAGS token_flags, bool *ret_cached)
{
    Call call;
    int cached = 0;
    PfLinkStatus status = call_begin_leased(&call, link, lease);
    bool is_waited_for = ret_cached != NULL || result == PF_LEASE_REJECTED;
    if (status == PF_LINK_OK) {
        int r = pf_sd_bus.message_append(call.message, "tut", lease, (uint32_t)result,
                                         (uint64_t)token_flags);
        status = is_waited_for ? call_send(&call, r) : call_tell(&call, r);
    }
    if (status == PF_LINK_OK && is_waited_for &&
        pf_sd_bus.message_read(call.reply, "b", &cached) < 0)
        status = call_break(&call);
    if (ret_cached != NULL)
        *ret_cached = status == PF_LINK_OK && cached != 0;
    call_end(&call);
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

/* A call that has a domain and no answer. */
static PfLinkStatus
call_on_domain(PfAgentLink *link, const char *member, const PfDomainRef *domain)
{
    Call call;
    PfLinkStatus status = call_begin(&call, link, member);
    if (status == PF_LINK_OK)
        status = call_send(&call, append_domain(&call, domain));
    call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_logout(PfAgentLink *link, const PfDomainRef *domain)
{
    return call_on_domain(link, "Logout", domain);
}

PfLinkStatus
pf_agent_link_begin_officer(PfAgentLink *link, const PfDomainRef *domain)
{
    return call_on_domain(link, "BeginOfficer", domain);
}

PfLinkStatus
pf_agent_link_end_officer(PfAgentLink *link, const PfDomainRef *domain)
{
    return call_on_domain(link, "EndOfficer", domain);
}

static PfLinkStatus
call_on_id(PfAgentLink *link, const char *member, const char *token, uint64_t app_id)
{
    Call call;
    PfLinkStatus status = call_begin(&call, link, member);
    if (status == PF_LINK_OK)
        status = call_send(&call, pf_sd_bus.message_append(call.message, "st", token, app_id));
    call_end(&call);
    return status;
}

PfLinkStatus
pf_agent_link_open_id(PfAgentLink *link, const char *token, uint64_t app_id)
{
    return call_on_id(link, "OpenId", token, app_id);
}

PfLinkStatus
pf_agent_link_close_id(PfAgentLink *link, const char *token, uint64_t app_id)
{
    return call_on_id(link, "CloseId", token, app_id);
}

static int
append_report(sd_bus_message *message, const PfTokenReport *report)
{
    int r = pf_sd_bus.message_open_container(message, 'a', "{sv}");
    if (r >= 0 && report != NULL) {
        r = append_text(message, "slot-description", report->slot_description);
        if (r >= 0)
            r = pf_sd_bus.message_append(message, "{sv}{sv}", "token-flags", "t",
                                         (uint64_t)report->token_flags, "hardware", "b",
                                         (int)report->hardware);
    }
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
}

PfLinkStatus
pf_agent_link_report_token(PfAgentLink *link, const char *token, PfTokenEvent event,
                           const PfTokenReport *report)
{
    Call call;
    PfLinkStatus status = call_begin(&call, link, "ReportToken");
    if (status == PF_LINK_OK) {
        int r = pf_sd_bus.message_append(call.message, "su", token, (uint32_t)event);
        if (r >= 0)
            r = append_report(call.message, report);
        status = call_send(&call, r);
    }
    call_end(&call);
    return status;
}
