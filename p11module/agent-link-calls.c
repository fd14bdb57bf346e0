/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentLink: the calls that no PIN comes or goes with. */
#include "agent-link.h"

#include "agent-link-call.h"
#include "sd-bus-table.h"

PfLinkStatus
pf_agent_link_sessions_changed(PfAgentLink *link, const PfDomainRef *domain, uint32_t count,
                               unsigned *ret_entry)
{
    PfAgentCall call;
    uint32_t entry;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "SessionsChanged");
    if (status == PF_LINK_OK) {
        int r = pf_agent_link_append_domain(call.message, domain);
        if (r >= 0)
            r = pf_sd_bus.message_append(call.message, "u", count);
        status = pf_agent_call_send(&call, r);
    }
    if (status == PF_LINK_OK &&
        (pf_sd_bus.message_read(call.reply, "u", &entry) < 0 || entry >= PF_STATE_ENTRIES))
        status = pf_agent_call_break(&call);
    if (status == PF_LINK_OK)
        *ret_entry = entry;
    pf_agent_call_end(&call);
    return status;
}

/* A call that has a domain and no answer. */
static PfLinkStatus
call_on_domain(PfAgentLink *link, const char *member, const PfDomainRef *domain)
{
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, member);
    if (status == PF_LINK_OK)
        status = pf_agent_call_send(&call, pf_agent_link_append_domain(call.message, domain));
    pf_agent_call_end(&call);
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
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, member);
    if (status == PF_LINK_OK)
        status =
            pf_agent_call_send(&call, pf_sd_bus.message_append(call.message, "st", token, app_id));
    pf_agent_call_end(&call);
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
        r = pf_agent_call_append_text(message, "slot-description", report->slot_description);
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
    PfAgentCall call;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "ReportToken");
    if (status == PF_LINK_OK) {
        int r = pf_sd_bus.message_append(call.message, "su", token, (uint32_t)event);
        if (r >= 0)
            r = append_report(call.message, report);
        status = pf_agent_call_send(&call, r);
    }
    pf_agent_call_end(&call);
    return status;
}

static int
append_certificates(sd_bus_message *message, const PfLinkCertificate *certificates, size_t count)
{
    int r = pf_sd_bus.message_open_container(message, 'a', "ay");
    for (size_t i = 0; i < count && r >= 0; i++)
        r = pf_sd_bus.message_append_array(message, 'y', certificates[i].der, certificates[i].size);
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
}

PfLinkStatus
pf_agent_link_report_keys(PfAgentLink *link, const PfDomainRef *domain,
                          const PfLinkCertificate *certificates, size_t count, bool are_all,
                          bool *ret_are_for_signatures)
{
    PfAgentCall call;
    int answer = false;
    PfLinkStatus status = pf_agent_call_begin(&call, link, "ReportKeys");
    if (status == PF_LINK_OK) {
        int r = pf_agent_link_append_domain(call.message, domain);
        if (r >= 0)
            r = append_certificates(call.message, certificates, count);
        if (r >= 0)
            r = pf_sd_bus.message_append(call.message, "b", (int)are_all);
        status = pf_agent_call_send(&call, r);
    }
    if (status == PF_LINK_OK && pf_sd_bus.message_read(call.reply, "b", &answer) < 0)
        status = pf_agent_call_break(&call);
    if (status == PF_LINK_OK)
        *ret_are_for_signatures = answer != 0;
    pf_agent_call_end(&call);
    return status;
}
