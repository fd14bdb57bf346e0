/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A line-protocol client of any PKCS#11 module: one command a line, one line of answer. */
#include "driver-call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LINE  (256 * 1024)
#define MAX_WORDS 512

static const PfDriverCommand *const tables[] = {
    pf_driver_general_commands, pf_driver_session_commands,   pf_driver_object_commands,
    pf_driver_crypto_commands,  pf_driver_key_commands,       pf_driver_process_commands,
    pf_driver_module_commands,  pf_driver_interface_commands, pf_driver_message_commands,
};

static const PfDriverCommand *
find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const PfDriverCommand *command = tables[i]; command->name != NULL; command++) {
            if (strcmp(command->name, name) == 0)
                return command;
        }
    }
    return NULL;
}

void
pf_driver_run(PfDriverCall *call, int n_words, char **words)
{
    const PfDriverCommand *command = find_command(words[0]);

    call->argc = n_words - 1;
    call->argv = words + 1;
    if (command == NULL)
        pf_driver_reply_set_error(call->reply, "unknown command: %s", words[0]);
    else if (call->argc < command->min_args)
        pf_driver_reply_set_error(call->reply, "usage: %s %s", command->name, command->usage);
    else if (call->module->p11 == NULL && strcmp(command->name, "load") != 0)
        pf_driver_reply_set_error(call->reply, "no module is loaded");
    else
        command->run(call);
}

static char *
join_answers(char *answers, const char *answer)
{
    char *joined = NULL;

    if (answers == NULL)
        return strdup(answer);
    if (asprintf(&joined, "%s | %s", answers, answer) < 0)
        abort();
    free(answers);
    return joined;
}

bool
pf_driver_run_list(PfDriverCall *call, int n_words, char **words)
{
    PfDriverReply reply = {0};
    PfDriverCall part = {call->module, call->scope, &reply, 0, NULL};
    char *answers = NULL;
    bool good = true;
    bool single = true;

    for (int i = 0; i < n_words; i++)
        single &= strcmp(words[i], ";") != 0;
    if (single) {
        part.reply = call->reply;
        pf_driver_run(&part, n_words, words);
        return strcmp(call->reply->status, "ok") == 0;
    }
    for (int first = 0; first < n_words && good;) {
        int end = first;
        char *answer;

        while (end < n_words && strcmp(words[end], ";") != 0)
            end++;
        if (end > first) {
            pf_driver_reply_reset(&reply);
            pf_driver_run(&part, end - first, words + first);
            answer = pf_driver_reply_format(&reply);
            answers = join_answers(answers, answer);
            free(answer);
            good = strcmp(reply.status, "ok") == 0;
            memcpy(call->reply->status, reply.status, sizeof(reply.status));
        }
        first = end + 1;
    }
    pf_driver_reply_add(call->reply, "answers", "%s", answers != NULL ? answers : "");
    pf_driver_reply_clear(&reply);
    free(answers);
    return good;
}

static void
print_help(void)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const PfDriverCommand *command = tables[i]; command->name != NULL; command++)
            fprintf(stderr, "  %s %s\n", command->name, command->usage);
    }
    fprintf(stderr, "  help\n  quit\n"
                    "SLOT: number, @N (Nth slot with a token), =LABEL. SESSION, OBJECT: number, or "
                    ". for the last one.\n"
                    "ATTRIBUTE=length:N: that length without a value. "
                    "DATA: hex, text:…, fill:COUNT:HH, null. MECHANISM: NAME[:HASH|:IV[:AAD]].\n");
}

static void
print_answer(const PfDriverReply *reply)
{
    char *line = pf_driver_reply_format(reply);

    fprintf(stdout, "%s\n", line);
    fflush(stdout);
    free(line);
}

/* False for "quit". */
static bool
run_line(PfDriverModule *module, PfDriverScope *scope, char *line)
{
    char *words[MAX_WORDS];
    PfDriverReply reply = {0};
    PfDriverCall call = {module, scope, &reply, 0, NULL};
    size_t length = strlen(line);
    int n_words = pf_driver_split(line, words, MAX_WORDS);
    bool go_on;

    if (n_words == 0 || (n_words > 0 && words[0][0] == '#'))
        return true;
    pf_driver_reply_reset(&reply);
    if (n_words > 0 && strcmp(words[0], "help") == 0)
        print_help();
    else if (n_words < 0)
        pf_driver_reply_set_error(&reply, "open quote or too many words");
    else if (strcmp(words[0], "quit") != 0)
        pf_driver_run(&call, n_words, words);
    go_on = n_words < 0 || strcmp(words[0], "quit") != 0;
    /* Before the answer: who gets it may look at once. */
    explicit_bzero(line, length);
    print_answer(&reply);
    pf_driver_reply_clear(&reply);
    return go_on;
}

/*
 * Lines are read into one buffer of our own, wiped after use: a PIN that was typed must not stay
 * behind in a buffer of stdio's when a test scans this process's memory.
 */
static int
serve(PfDriverModule *module)
{
    static char buffer[MAX_LINE];
    PfDriverScope scope = {CK_INVALID_HANDLE, CK_INVALID_HANDLE};
    size_t used = 0;
    bool go_on = true;
    bool prompt = isatty(STDIN_FILENO);

    if (prompt)
        fprintf(stderr, "\"help\" lists the commands.\n> ");
    while (go_on && used < sizeof(buffer) - 1) {
        ssize_t n = read(STDIN_FILENO, buffer + used, sizeof(buffer) - 1 - used);
        char *newline;

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
        while (go_on && (newline = memchr(buffer, '\n', used)) != NULL) {
            size_t length = (size_t)(newline - buffer) + 1;

            *newline = '\0';
            go_on = run_line(module, &scope, buffer);
            memmove(buffer, buffer + length, used - length);
            explicit_bzero(buffer + used - length, length);
            used -= length;
            if (prompt && go_on)
                fprintf(stderr, "> ");
        }
    }
    return used < sizeof(buffer) - 1 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    PfDriverModule module = {0};
    const char *error;

    if (argc != 2) {
        fprintf(stderr, "usage: %s MODULE.so <commands\n", argv[0]);
        return 2;
    }
    if (!pf_driver_module_load(&module, argv[1], &error)) {
        fprintf(stderr, "%s: %s\n", argv[0], error);
        return 1;
    }
    return serve(&module);
}
