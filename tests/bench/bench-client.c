/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Times calls of one PKCS#11 module, batch by batch as it is told, and answers in JSON lines.
 *
 * bench-client load MODULE times one loading, initialising, finalising and unloading.
 * bench-client run MODULE TOKEN KEY reads the PIN from the first line of standard input, then
 * commands: "login", "logout", "time BATCHES ROW". bench-client rows names the rows. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-measure.h"

typedef struct {
    void *library;
    CK_FUNCTION_LIST *p11;
} Loaded;

static int
fail(const char *what, CK_RV rv)
{
    printf("{\"error\": \"%s\", \"rv\": %lu}\n", what, rv);
    fflush(stdout);
    return 1;
}

static CK_RV
load(const char *path, Loaded *loaded)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV (*get_function_list)(CK_FUNCTION_LIST * *list);
    loaded->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (loaded->library == NULL)
        return CKR_GENERAL_ERROR;
    void *symbol = dlsym(loaded->library, "C_GetFunctionList");
    if (symbol == NULL)
        return CKR_FUNCTION_NOT_SUPPORTED;
    memcpy(&get_function_list, &symbol, sizeof symbol);
    CK_RV rv = get_function_list(&loaded->p11);
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

static void
answer_time(PfBenchMeasure *measure, const char *words)
{
    char *name = NULL;
    unsigned batches = (unsigned)strtoul(words, &name, 10);
    const PfBenchRow *row = find_row(*name == ' ' ? name + 1 : name);
    double ns;
    if (row == NULL) {
        fail("no such row", CKR_ARGUMENTS_BAD);
        return;
    }
    CK_RV rv = pf_bench_measure_time(measure, row, batches, &ns);
    if (rv != CKR_OK) {
        fail(row->name, rv);
        return;
    }
    printf("{\"ns\": %.1f}\n", ns);
}

static void
answer(PfBenchMeasure *measure, const char *line)
{
    CK_RV rv = CKR_ARGUMENTS_BAD;
    if (strncmp(line, "time ", 5) == 0) {
        answer_time(measure, line + 5);
        return;
    }
    if (strcmp(line, "login") == 0)
        rv = pf_bench_measure_login(measure);
    else if (strcmp(line, "logout") == 0)
        rv = pf_bench_measure_logout(measure);
    if (rv == CKR_OK)
        printf("{}\n");
    else
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

static int
run(char **argv)
{
    char pin[64];
    char line[256];
    Loaded loaded;
    if (!read_line(pin, sizeof pin))
        return fail("no PIN", CKR_ARGUMENTS_BAD);
    CK_RV rv = load(argv[0], &loaded);
    if (rv != CKR_OK)
        return fail("load", rv);
    PfBenchMeasure measure = {
        .p11 = loaded.p11,
        .key_label = argv[2],
        .pin = (CK_BYTE *)pin,
        .pin_len = strlen(pin),
    };
    rv = pf_bench_measure_prepare(&measure, argv[1]);
    if (rv != CKR_OK)
        return fail("prepare", rv);
    printf("{}\n");
    fflush(stdout);
    while (read_line(line, sizeof line)) {
        answer(&measure, line);
        fflush(stdout);
    }
    explicit_bzero(pin, sizeof pin);
    return unload(&loaded) == CKR_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
    /* Buffered input would keep a copy of the PIN. */
    setvbuf(stdin, NULL, _IONBF, 0);
    if (argc == 3 && strcmp(argv[1], "load") == 0)
        return time_load(argv[2]);
    if (argc == 5 && strcmp(argv[1], "run") == 0)
        return run(argv + 2);
    if (argc == 2 && strcmp(argv[1], "rows") == 0)
        return print_rows();
    fprintf(stderr, "usage: %s rows | load MODULE | run MODULE TOKEN KEY\n", argv[0]);
    return 2;
}
