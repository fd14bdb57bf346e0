/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfold-tokens: reads backends and cards for the agent and the app, prints JSON, and exits. */
#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pin-page.h"
#include "tokens-certificates.h"
#include "tokens-change.h"
#include "tokens-create.h"
#include "tokens-generate.h"
#include "tokens-import.h"
#include "tokens-job.h"
#include "tokens-list.h"
#include "tokens-logout.h"
#include "tokens-opensc.h"
#include "tokens-probe.h"
#include "tokens-readers.h"
#include "tokens-softhsm.h"
#include "tokens-state.h"
#include "tokens-tries.h"

/* Where a verb finds a second secret, a file, and who wants to know how far it is. */
#define SECOND_FD   3
#define FILE_FD     4
#define PROGRESS_FD 5

static const PfTokensVerb verbs[] = {
    {"can-generate", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_generate_run_check},
    {"can-import", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_import_run_check},
    {"certificates", PF_TOKENS_ACCESS_READ, NULL, pf_tokens_certificates_run},
    {"change-pin", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_change_run},
    {"create", PF_TOKENS_ACCESS_BACKEND, pf_tokens_softhsm_prepare, pf_tokens_create_run},
    {"delete", PF_TOKENS_ACCESS_READ, NULL, pf_tokens_create_run_delete},
    {"generate", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_generate_run, 2},
    {"import", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_import_run},
    {"init-pin", PF_TOKENS_ACCESS_WRITE, NULL, pf_tokens_change_run_init},
    {"state", PF_TOKENS_ACCESS_READ, NULL, pf_tokens_state_run},
    {"unblock", PF_TOKENS_ACCESS_WRITE, pf_tokens_opensc_prepare_unblock,
     pf_tokens_change_run_unblock},
};

/* Standard output is the answer's alone: what a backend prints there goes to standard error. */
static int
take_stdout(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return -1;
    return fd;
}

/* Before a backend is loaded: one that crashes is a finding, not a reason for a core file; one that
 * hangs must not outlive the process that asked. */
static void
prepare_for_backend(const char *parent)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != strtol(parent, NULL, 10))
        _exit(1); /* it died before it could have been told */
}

static int
run_probe(const char *parent, const char *path)
{
    prepare_for_backend(parent);
    int fd = take_stdout();
    _exit(fd < 0 ? 1 : pf_tokens_probe_run(path, fd));
}

/* Secrets are taken before the backend is loaded, and are not where it could find them. */
static PfSecret *
take_stdin(void)
{
    PfSecret *secret = NULL;
    int r = pf_pin_page_receive(STDIN_FILENO, &secret);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        _exit(1);
    return r == 0 ? secret : NULL;
}

static PfSecret *
take_second(void)
{
    PfSecret *secret = NULL;
    int r = pf_pin_page_receive(SECOND_FD, &secret);
    close(SECOND_FD);
    return r == 0 ? secret : NULL;
}

static int
take_fd(int given)
{
    int fd = fcntl(given, F_DUPFD_CLOEXEC, PROGRESS_FD + 1);
    close(given);
    return fd;
}

static void
print_answer(JsonNode *document, int fd)
{
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    g_autofree char *text = json_to_string(document, FALSE);
    if (out == NULL || fputs(text, out) == EOF || fclose(out) != 0)
        _exit(1);
}

static int
run_logout_test(const char *parent, const char *path, const char *token_uri)
{
    prctl(PR_SET_DUMPABLE, 0);
    prepare_for_backend(parent);
    PF_AUTO_SECRET pin = take_stdin();
    int fd = take_stdout();
    g_autoptr(JsonNode) document = pf_tokens_logout_run(path, token_uri, pin);
    pf_secret_clear(&pin);
    print_answer(document, fd);
    _exit(0);
}

/* WORDS: who asks, the backend, the token, and what the verb has beside them. */
static int
run_verb(const PfTokensVerb *verb, const char *const *words)
{
    const char *path = words[1];
    prctl(PR_SET_DUMPABLE, 0);
    prepare_for_backend(words[0]);
    PF_AUTO_SECRET proof = take_stdin();
    PF_AUTO_SECRET secret = take_second();
    /* Without a path, SoftHSM is meant, which may not be listed yet as it does not start. */
    g_autofree char *softhsm = path[0] == '\0' ? pf_tokens_softhsm_dup_path() : NULL;
    PfTokensInput input = {
        .path = softhsm != NULL ? softhsm : path,
        .token_uri = words[2],
        .arguments = words + 3,
        .proof = proof,
        .secret = secret,
        .file_fd = take_fd(FILE_FD),
        .progress_fd = take_fd(PROGRESS_FD),
    };
    int fd = take_stdout();
    g_autoptr(JsonNode) document = pf_tokens_job_run(verb, &input);
    pf_secret_clear(&proof);
    pf_secret_clear(&secret);
    print_answer(document, fd);
    /* The backend is not finalised: nothing here depends on it, and some hang in doing so. */
    _exit(0);
}

static int
print_document(JsonNode *document)
{
    g_autofree char *text = json_to_string(document, TRUE);
    puts(text);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
run_list(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    if (self == NULL)
        return EXIT_FAILURE;
    g_autoptr(JsonNode) document = pf_tokens_list_run(self);
    return print_document(document);
}

static int
run_readers(void)
{
    g_autoptr(JsonNode) document = pf_tokens_readers_run();
    return print_document(document);
}

static int
run_tries(const char *reader)
{
    int tries = pf_tokens_tries_get(reader);
    if (tries == PF_TOKENS_TRIES_UNKNOWN)
        puts("{\"tries\": null}");
    else
        printf("{\"tries\": %d}\n", tries);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return run_list();
    if (argc == 2 && strcmp(argv[1], "readers") == 0)
        return run_readers();
    if (argc == 4 && strcmp(argv[1], "probe") == 0)
        return run_probe(argv[2], argv[3]);
    if (argc == 5 && strcmp(argv[1], "logout-test") == 0)
        return run_logout_test(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(argv[1], "tries") == 0)
        return run_tries(argv[2]);
    for (gsize i = 0; argc >= 5 && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) == 0 && argc == 5 + verbs[i].argument_count)
            return run_verb(&verbs[i], (const char *const *)argv + 2);
    }
    fprintf(stderr, "usage: %s list | readers | tries READER\n", argv[0]);
    return 2;
}
