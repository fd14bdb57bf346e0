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
#include "tokens-list.h"
#include "tokens-logout.h"
#include "tokens-probe.h"
#include "tokens-tries.h"

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
    if (getppid() != atoi(parent))
        _exit(1); /* it died before it could have been told */
}

static int
run_probe(const char *parent, const char *path)
{
    prepare_for_backend(parent);
    int fd = take_stdout();
    _exit(fd < 0 ? 1 : pf_tokens_probe_run(path, fd));
}

/* The PIN page is standard input, and gone from there before the backend is loaded. Where there is
 * none, the test says so when it needs a PIN. */
static PfSecret *
take_pin(void)
{
    PfSecret *pin = NULL;
    int r = pf_pin_page_receive(STDIN_FILENO, &pin);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        _exit(1);
    return r == 0 ? pin : NULL;
}

static int
run_logout_test(const char *parent, const char *path, const char *token_uri)
{
    prctl(PR_SET_DUMPABLE, 0);
    prepare_for_backend(parent);
    PF_AUTO_SECRET pin = take_pin();
    int fd = take_stdout();
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (out == NULL)
        _exit(1);
    g_autoptr(JsonNode) document = pf_tokens_logout_run(path, token_uri, pin);
    pf_secret_clear(&pin);
    g_autofree char *text = json_to_string(document, FALSE);
    _exit(fputs(text, out) == EOF || fclose(out) != 0 ? 1 : 0);
}

static int
run_list(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    if (self == NULL)
        return EXIT_FAILURE;
    g_autoptr(JsonNode) document = pf_tokens_list_run(self);
    g_autofree char *text = json_to_string(document, TRUE);
    puts(text);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
    if (argc == 4 && strcmp(argv[1], "probe") == 0)
        return run_probe(argv[2], argv[3]);
    if (argc == 5 && strcmp(argv[1], "logout-test") == 0)
        return run_logout_test(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(argv[1], "tries") == 0)
        return run_tries(argv[2]);
    fprintf(stderr, "usage: %s list | tries READER\n", argv[0]);
    return 2;
}
