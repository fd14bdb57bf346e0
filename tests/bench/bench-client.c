/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Times calls of one PKCS#11 module, as it is told, and answers in JSON lines.
 *
 * bench-client load MODULE times one loading, initialising, finalising and unloading.
 * bench-client run MODULE TOKEN KEY [BACKEND] reads the PIN from the first line of standard input,
 * then commands: "login", "logout", "steps ROW", and "duel FD BEGINS LAPS STEPS ROW", which two
 * clients get that share the socket FD, one with BEGINS 1 and one with 0, or, with FD -1, one that
 * measures the BACKEND of its module beside that; "open N" for more sessions, "make N" for more
 * keys, and "search TIMES" for all of those. bench-client rows names the rows. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench-duel.h"
#include "bench-grow.h"

typedef struct {
    void *library;
    CK_FUNCTION_LIST *p11;
} Loaded;

typedef struct {
    PfBenchMeasure measure;
    const char *token;
    CK_FUNCTION_LIST *backend; /* NULL: only what is in front of it is measured */
} Client;

static int
fail(const char *what, CK_RV rv)
{
    printf("{\"error\": \"%s\", \"rv\": %lu}\n", what, rv);
    fflush(stdout);
    return 1;
}

static CK_RV
open_library(const char *path, Loaded *loaded)
{
    CK_RV (*get_function_list)(CK_FUNCTION_LIST * *list);
    loaded->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (loaded->library == NULL)
        return CKR_GENERAL_ERROR;
    void *symbol = dlsym(loaded->library, "C_GetFunctionList");
    if (symbol == NULL)
        return CKR_FUNCTION_NOT_SUPPORTED;
    memcpy(&get_function_list, &symbol, sizeof symbol);
    return get_function_list(&loaded->p11);
}

static CK_RV
load(const char *path, Loaded *loaded)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = open_library(path, loaded);
    return rv == CKR_OK ? loaded->p11->C_Initialize(&args) : rv;
}

static CK_RV
unload(const Loaded *loaded)
{
    CK_RV rv = loaded->p11->C_Finalize(NULL);
    dlclose(loaded->library);
    return rv;
}

static int
time_load(const char *path)
{
    Loaded loaded;
    double start = pf_bench_measure_now();
    CK_RV rv = load(path, &loaded);
    if (rv == CKR_OK)
        rv = unload(&loaded);
    double ns = pf_bench_measure_now() - start;
    if (rv != CKR_OK)
        return fail("load", rv);
    printf("{\"ns\": %.0f}\n", ns);
    return 0;
}

static int
print_rows(void)
{
    for (const PfBenchRow *row = pf_bench_measure_rows; row->name != NULL; row++)
        printf("{\"row\": \"%s\", \"calls\": %u, \"login\": %s}\n", row->name, row->calls,
               row->needs_login ? "true" : "false");
    return 0;
}

static const PfBenchRow *
find_row(const char *name)
{
    const PfBenchRow *row = pf_bench_measure_rows;
    while (row->name != NULL && strcmp(row->name, name) != 0)
        row++;
    return row->name != NULL ? row : NULL;
}

static CK_RV
answer_steps(PfBenchMeasure *measure, const char *name)
{
    const PfBenchRow *row = find_row(name);
    unsigned steps;
    CK_RV rv = row != NULL ? pf_bench_duel_count_steps(measure, row, &steps) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        printf("{\"steps\": %u}\n", steps);
    return rv;
}

static bool
parse_duel(const char *words, PfBenchDuel *ret_duel)
{
    PfBenchDuel duel = {0};
    unsigned begins;
    int at = 0;
    if (sscanf(words, "%d %u %u %u %n", &duel.peer, &begins, &duel.laps, &duel.steps, &at) != 4)
        return false;
    duel.begins = begins != 0;
    duel.row = find_row(words + at);
    *ret_duel = duel;
    return duel.row != NULL && duel.steps > 0 && duel.laps > 0 &&
           duel.laps <= PF_BENCH_DUEL_MAX_LAPS;
}

static void
print_times(const char *before, const double *ns, unsigned count, const char *after)
{
    printf("%s[", before);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.1f", i > 0 ? ", " : "", ns[i]);
    printf("]%s", after);
}

/* The backend that the module has initialised, and the module: all that differs is what stands in
 * between. */
static CK_RV
answer_duel_beside(Client *client, const PfBenchDuel *duel)
{
    double own_ns[PF_BENCH_DUEL_MAX_LAPS];
    double raw_ns[PF_BENCH_DUEL_MAX_LAPS];
    PfBenchMeasure raw;
    if (client->backend == NULL)
        return CKR_ARGUMENTS_BAD;
    CK_RV rv = pf_bench_measure_begin_beside(&client->measure, client->backend, client->token,
                                             duel->row->needs_login, &raw);
    if (rv != CKR_OK)
        return rv;
    rv = pf_bench_duel_beside(duel, (PfBenchMeasure *[]){&raw, &client->measure},
                              (double *[]){raw_ns, own_ns});
    CK_RV closed = pf_bench_measure_end_beside(&raw);
    if (rv != CKR_OK || closed != CKR_OK)
        return rv != CKR_OK ? rv : closed;
    print_times("{\"raw\": ", raw_ns, duel->laps, ", ");
    print_times("\"ns\": ", own_ns, duel->laps, "}\n");
    return CKR_OK;
}

static CK_RV
answer_duel(Client *client, const char *words)
{
    PfBenchDuel duel;
    double ns[PF_BENCH_DUEL_MAX_LAPS];
    if (!parse_duel(words, &duel))
        return CKR_ARGUMENTS_BAD;
    if (duel.peer < 0)
        return answer_duel_beside(client, &duel);
    CK_RV rv = pf_bench_duel_fight(&duel, &client->measure, ns);
    if (rv != CKR_OK) {
        /* Else the other one would wait for a turn that never comes. */
        shutdown(duel.peer, SHUT_RDWR);
        return rv;
    }
    print_times("{\"ns\": ", ns, duel.laps, "}\n");
    return CKR_OK;
}

static CK_RV
answer_session(CK_RV rv)
{
    if (rv == CKR_OK)
        printf("{}\n");
    return rv;
}

static CK_RV
answer_search(PfBenchMeasure *measure, unsigned times)
{
    double ns;
    CK_ULONG found;
    CK_RV rv = pf_bench_grow_search(measure, times, &ns, &found);
    if (rv == CKR_OK)
        printf("{\"ns\": %.0f, \"found\": %lu}\n", ns, found);
    return rv;
}

/* The commands whose one word is a number. */
static CK_RV
answer_growth(PfBenchMeasure *measure, const char *line)
{
    unsigned count;
    if (sscanf(line, "open %u", &count) == 1)
        return answer_session(pf_bench_grow_open(measure, count));
    if (sscanf(line, "make %u", &count) == 1)
        return answer_session(pf_bench_grow_make(measure, count));
    if (sscanf(line, "search %u", &count) == 1 && count > 0)
        return answer_search(measure, count);
    return CKR_ARGUMENTS_BAD;
}

static void
answer(Client *client, const char *line)
{
    PfBenchMeasure *measure = &client->measure;
    CK_RV rv = CKR_OK;
    if (strncmp(line, "duel ", 5) == 0)
        rv = answer_duel(client, line + 5);
    else if (strncmp(line, "steps ", 6) == 0)
        rv = answer_steps(measure, line + 6);
    else if (strcmp(line, "login") == 0)
        rv = answer_session(pf_bench_measure_login(measure));
    else if (strcmp(line, "logout") == 0)
        rv = answer_session(pf_bench_measure_logout(measure));
    else
        rv = answer_growth(measure, line);
    if (rv != CKR_OK)
        fail(line, rv);
}

static bool
read_line(char *line, size_t size)
{
    if (fgets(line, (int)size, stdin) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

/* WORDS: module, token, key, and the backend or NULL. */
static int
run(char **words)
{
    char pin[64];
    char line[256];
    Loaded loaded;
    Loaded backend = {0};
    if (!read_line(pin, sizeof pin))
        return fail("no PIN", CKR_ARGUMENTS_BAD);
    CK_RV rv = load(words[0], &loaded);
    if (rv == CKR_OK && words[3] != NULL)
        rv = open_library(words[3], &backend);
    if (rv != CKR_OK)
        return fail("load", rv);
    Client client = {
        .measure = {.p11 = loaded.p11,
                    .key_label = words[2],
                    .pin = (CK_BYTE *)pin,
                    .pin_len = strlen(pin)},
        .token = words[1],
        .backend = backend.p11,
    };
    rv = pf_bench_measure_prepare(&client.measure, words[1]);
    if (rv != CKR_OK)
        return fail("prepare", rv);
    printf("{}\n");
    fflush(stdout);
    while (read_line(line, sizeof line)) {
        answer(&client, line);
        fflush(stdout);
    }
    explicit_bzero(pin, sizeof pin);
    if (backend.library != NULL)
        dlclose(backend.library);
    return unload(&loaded) == CKR_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
    /* Buffered input would keep a copy of the PIN. */
    setvbuf(stdin, NULL, _IONBF, 0);
    if (argc == 3 && strcmp(argv[1], "load") == 0)
        return time_load(argv[2]);
    if ((argc == 5 || argc == 6) && strcmp(argv[1], "run") == 0)
        return run(argv + 2); /* it ends with NULL */
    if (argc == 2 && strcmp(argv[1], "rows") == 0)
        return print_rows();
    fprintf(stderr, "usage: %s rows | load MODULE | run MODULE TOKEN KEY [BACKEND]\n", argv[0]);
    return 2;
}
