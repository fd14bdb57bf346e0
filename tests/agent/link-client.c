/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Drives the module's agent link from lines on standard input; one line of answer each.
 *
 * Domains are given as TOKEN-URI and ID, "-" for the process's own. PINs on these lines are the
 * test's; what the program under test holds is its own affair. */
#include "link-client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-patience.h"
#include "herd.h"
#include "raw-cache.h"

#define ARGS_MAX 24

PfAgentLink *pf_client_link;
uint64_t pf_client_epoch;

typedef void (*Handler)(char **args);

static const char *
status_name(PfLinkStatus status)
{
    static const char *const names[] = {
        [PF_LINK_OK] = "ok",
        [PF_LINK_UNAVAILABLE] = "unavailable",
        [PF_LINK_NOT_CACHED] = "not-cached",
        [PF_LINK_NOT_LOGGED_IN] = "not-logged-in",
        [PF_LINK_ASLEEP] = "asleep",
        [PF_LINK_CANCELED] = "canceled",
        [PF_LINK_NO_PROMPTER] = "no-prompter",
        [PF_LINK_LOGGED_IN] = "logged-in",
        [PF_LINK_BUSY] = "busy",
        [PF_LINK_USER_LOGGED_IN] = "user-logged-in",
        [PF_LINK_OFFICER_LOGGED_IN] = "officer-logged-in",
        [PF_LINK_READ_ONLY_EXISTS] = "read-only-exists",
        [PF_LINK_REFUSED] = "refused",
    };
    return names[status];
}

PfDomainRef
pf_client_read_domain(char **args)
{
    PfDomainRef domain = {.explicit_id = strcmp(args[1], "-") != 0};
    snprintf(domain.token, sizeof domain.token, "%s", args[0]);
    if (domain.explicit_id)
        domain.app_id = strtoull(args[1], NULL, 0);
    return domain;
}

unsigned
pf_client_read_number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 0);
}

static void
handle_contact(char **args)
{
    bool is_connected = pf_agent_link_contact(pf_client_link, strcmp(args[0], "start") == 0);
    pf_client_epoch = pf_agent_link_get_epoch(pf_client_link);
    printf("%s %" PRIu64 "\n", is_connected ? "ok" : "no", pf_client_epoch);
}

static void
handle_epoch(char **args)
{
    printf("ok %" PRIu64 "\n", pf_agent_link_get_epoch(pf_client_link));
}

static void
handle_policy(char **args)
{
    printf("ok %u %u\n", pf_agent_link_get_policy(pf_client_link),
           pf_agent_link_get_release_delay_ms(pf_client_link));
}

/* As a module that has seen whatever was closed. */
static void
set_sessions(unsigned entry, uint32_t count, uint32_t read_only)
{
    const PfStateEntry *page = pf_agent_link_get_entry(pf_client_link, pf_client_epoch, entry);
    PfSessionCounts counts = {count, read_only, page != NULL ? atomic_load(&page->closings) : 0};
    pf_agent_link_set_sessions(pf_client_link, pf_client_epoch, entry, counts);
}

static void
handle_sessions(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    unsigned entry = 0;
    uint32_t count = pf_client_read_number(args[2]);
    PfLinkStatus status = pf_agent_link_sessions_changed(pf_client_link, &domain, count, &entry);
    if (status == PF_LINK_OK)
        set_sessions(entry, count, 0);
    printf("%s %u\n", status_name(status), entry);
}

static void
handle_set(char **args)
{
    set_sessions(pf_client_read_number(args[0]), pf_client_read_number(args[1]),
                 args[2] != NULL ? pf_client_read_number(args[2]) : 0);
    puts("ok");
}

static void
handle_closings(char **args)
{
    const PfStateEntry *entry =
        pf_agent_link_get_entry(pf_client_link, pf_client_epoch, pf_client_read_number(args[0]));
    if (entry == NULL)
        puts("no");
    else
        printf("ok %" PRIu32 "\n", atomic_load(&entry->closings));
}

static void
handle_changes(char **args)
{
    const PfStateEntry *entry =
        pf_agent_link_get_entry(pf_client_link, pf_client_epoch, pf_client_read_number(args[0]));
    if (entry == NULL)
        puts("no");
    else
        printf("ok %u\n", (unsigned)atomic_load(&entry->token_changes));
}

static void
handle_open_id(char **args)
{
    printf("%s\n",
           status_name(pf_agent_link_open_id(pf_client_link, args[0], strtoull(args[1], NULL, 0))));
}

static void
handle_close_id(char **args)
{
    printf("%s\n", status_name(pf_agent_link_close_id(pf_client_link, args[0],
                                                      strtoull(args[1], NULL, 0))));
}

static void
handle_begin_officer(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    printf("%s\n", status_name(pf_agent_link_begin_officer(pf_client_link, &domain)));
}

static void
handle_end_officer(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    printf("%s\n", status_name(pf_agent_link_end_officer(pf_client_link, &domain)));
}

static void
handle_login(char **args)
{
    uint64_t word =
        pf_agent_link_get_login(pf_client_link, pf_client_epoch, pf_client_read_number(args[0]));
    static const char *const states[] = {"public", "user", "asleep", "officer"};
    printf("ok %s %" PRIu64 "\n", states[pf_state_login_state(word)], pf_state_login_serial(word));
}

static void
handle_objects(char **args)
{
    printf("ok %" PRIu64 "\n", pf_agent_link_get_objects(pf_client_link, pf_client_epoch,
                                                         pf_client_read_number(args[0])));
}

static void
handle_store(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    CK_FLAGS flags = args[3] != NULL ? pf_client_read_number(args[3]) : 0;
    printf("%s\n", status_name(pf_agent_link_store_login(pf_client_link, &domain, args[2],
                                                         strlen(args[2]), flags)));
}

/* Of a prompt: whether it is a typed PIN is said, too. */
static void
print_lease(PfLinkStatus status, PfLease *lease, bool is_prompt)
{
    if (status != PF_LINK_OK) {
        printf("%s\n", status_name(status));
        return;
    }
    printf("ok %" PRIu64 " %.*s%s\n", lease->id, (int)pf_secret_get_length(lease->pin),
           (const char *)pf_secret_get_bytes(lease->pin),
           is_prompt && lease->is_cached ? " cached" : "");
    pf_secret_free(lease->pin);
}

static void
handle_take(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfUse use = {.operation = args[2], .key_label = args[2] != NULL ? args[3] : NULL};
    PfLease lease = {0};
    print_lease(pf_agent_link_take_pin(pf_client_link, &domain, &use, NULL, NULL, &lease), &lease,
                false);
}

static void
handle_note(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfUse use = {.operation = args[2], .key_label = args[3]};
    pf_agent_link_note_use(pf_client_link, &domain, &use);
    puts("ok");
}

static void
handle_prompt(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfLease lease = {0};
    PfPromptDetails details = {
        .purpose = args[3] != NULL ? args[3] : "login",
        .operation = args[3] != NULL ? args[4] : NULL,
        .key_label = args[3] != NULL && args[4] != NULL ? args[5] : NULL,
        .token_flags = args[3] != NULL && args[4] != NULL && args[5] != NULL && args[6] != NULL
                           ? pf_client_read_number(args[6])
                           : 0,
        .slot_description = "Test reader",
        .min_len = 4,
        .max_len = 8,
    };
    print_lease(pf_agent_link_prompt(pf_client_link, &domain, strtoull(args[2], NULL, 0), &details,
                                     &lease),
                &lease, true);
}

/* TOKEN, ID, operation and flags. */
static void
handle_confirm_try(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfPromptDetails details = {.purpose = "last-try",
                               .operation = args[2],
                               .slot_description = "Test reader",
                               .token_flags = pf_client_read_number(args[3])};
    printf("%s\n", status_name(pf_agent_link_confirm_try(pf_client_link, &domain, &details)));
}

static void
handle_prompt_change(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfChangeLease lease = {0};
    PfPromptDetails details = {.purpose = args[3], .min_len = 4, .max_len = 8};
    PfLinkStatus status = pf_agent_link_prompt_change(pf_client_link, &domain,
                                                      strtoull(args[2], NULL, 0), &details, &lease);
    if (status != PF_LINK_OK) {
        printf("%s\n", status_name(status));
        return;
    }
    printf("ok %" PRIu64 " %.*s %.*s\n", lease.id,
           lease.old_pin != NULL ? (int)pf_secret_get_length(lease.old_pin) : 1,
           lease.old_pin != NULL ? (const char *)pf_secret_get_bytes(lease.old_pin) : "-",
           (int)pf_secret_get_length(lease.new_pin),
           (const char *)pf_secret_get_bytes(lease.new_pin));
    pf_secret_free(lease.old_pin);
    pf_secret_free(lease.new_pin);
}

static void
handle_end(char **args)
{
    bool is_cached = false;
    PfLinkStatus status =
        pf_agent_link_end_lease(pf_client_link, strtoull(args[0], NULL, 0),
                                (PfLeaseResult)pf_client_read_number(args[1]),
                                args[2] != NULL ? pf_client_read_number(args[2]) : 0, &is_cached);
    printf("%s %s\n", status_name(status), is_cached ? "cached" : "not-cached");
}

/* The lease ended well, and nobody who does not wait for it is told. */
static void
handle_over(char **args)
{
    pf_agent_link_end_taken(pf_client_link, strtoull(args[0], NULL, 0), pf_client_epoch,
                            pf_client_read_number(args[1]), 0);
    puts("ok");
}

static void
handle_logout(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    printf("%s\n", status_name(pf_agent_link_logout(pf_client_link, &domain)));
}

static void
handle_report(char **args)
{
    PfTokenReport report = {.slot_description = "Test reader",
                            .token_flags = args[2] != NULL ? pf_client_read_number(args[2]) : 0,
                            .hardware = true};
    printf("%s\n",
           status_name(pf_agent_link_report_token(pf_client_link, args[0],
                                                  (PfTokenEvent)pf_client_read_number(args[1]),
                                                  &report)));
}

/* A certificate in DER, one byte more than the agent takes at most; the caller's to free. */
static PfLinkCertificate
read_certificate(const char *path)
{
    PfLinkCertificate certificate = {malloc(PF_WIRE_CERTIFICATE_MAX + 1), 0};
    FILE *file = fopen(path, "re");
    if (file == NULL || certificate.der == NULL)
        abort();
    certificate.size = fread(certificate.der, 1, PF_WIRE_CERTIFICATE_MAX + 1, file);
    fclose(file);
    return certificate;
}

/* TOKEN, ID, whether these are "all" or "some", and files with certificates. */
static void
handle_keys(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    PfLinkCertificate certificates[ARGS_MAX];
    size_t count = 0;
    bool are_for_signatures = false;
    for (; args[3 + count] != NULL; count++)
        certificates[count] = read_certificate(args[3 + count]);
    PfLinkStatus status =
        pf_agent_link_report_keys(pf_client_link, &domain, certificates, count,
                                  strcmp(args[2], "all") == 0, &are_for_signatures);
    for (size_t i = 0; i < count; i++)
        free(certificates[i].der);
    printf("%s%s\n", status_name(status), are_for_signatures ? " signatures" : "");
}

static void
handle_close(char **args)
{
    pf_agent_link_free(pf_client_link);
    pf_client_link = pf_agent_link_new();
    puts("ok");
}

static const struct {
    const char *name;
    int args;
    Handler handler;
} commands[] = {
    {"contact", 1, handle_contact},
    {"epoch", 0, handle_epoch},
    {"policy", 0, handle_policy},
    {"sessions", 3, handle_sessions},
    {"set", 2, handle_set},
    {"login", 1, handle_login},
    {"closings", 1, handle_closings},
    {"changes", 1, handle_changes},
    {"open-id", 2, handle_open_id},
    {"close-id", 2, handle_close_id},
    {"begin-officer", 2, handle_begin_officer},
    {"end-officer", 2, handle_end_officer},
    {"objects", 1, handle_objects},
    {"store", 3, handle_store},
    {"take", 2, handle_take},
    {"note", 3, handle_note},
    {"prompt", 3, handle_prompt},
    {"change", 4, handle_prompt_change},
    {"try", 4, handle_confirm_try},
    {"end", 2, handle_end},
    {"over", 2, handle_over},
    {"logout", 2, handle_logout},
    {"report", 2, handle_report},
    {"keys", 3, handle_keys},
    {"fork-holder", 0, pf_crowd_fork_holder},
    {"fork-client", 0, pf_crowd_fork_client},
    {"exec", 1, pf_crowd_exec},
    {"cycle", 1, pf_crowd_cycle},
    {"lives", 3, pf_crowd_lives},
    {"work", 1, pf_crowd_work},
    {"threads", 5, pf_crowd_threads},
    {"prompt-many", 3, pf_crowd_prompt_many},
    {"prompt-beside", 2, pf_crowd_prompt_beside},
    {"join-beside", 0, pf_crowd_join_beside},
    {"close", 0, handle_close},
    {"herd", 3, pf_herd_start},
    {"herd-own", 3, pf_herd_start_own},
    {"herd-work", 1, pf_herd_work},
    {"herd-loop", 1, pf_herd_loop},
    {"herd-end", 0, pf_herd_end},
    {"bare", 1, pf_herd_bare},
    {"raw-hello", 0, pf_raw_cache_hello},
    {"raw-call", 3, pf_raw_cache_call},
    {"raw-entry", 1, pf_raw_cache_entry},
    {"raw-board", 3, pf_raw_cache_board},
    {"raw-over", 2, pf_raw_cache_over},
};

static void
run_line(char *line)
{
    char *args[ARGS_MAX + 1] = {NULL};
    int count = 0;
    char *rest = line;
    for (char *word; count < ARGS_MAX && (word = strsep(&rest, " \n")) != NULL;) {
        if (word[0] != '\0')
            args[count++] = word;
    }
    for (size_t i = 0; count > 0 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, args[0]) == 0 && count - 1 >= commands[i].args) {
            commands[i].handler(args + 1);
            return;
        }
    }
    puts("what?");
}

int
main(void)
{
    char line[2048];
    pf_client_link = pf_agent_link_new();
    while (fgets(line, sizeof line, stdin) != NULL) {
        pf_agent_patience_begin();
        run_line(line);
        fflush(stdout);
    }
    pf_agent_link_free(pf_client_link);
    return 0;
}
