/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A PKCS#11 module that forwards every call to PF_SPY_MODULE and logs it to PF_SPY_LOG. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "p11-calls.h"
#include "p11-name.h"
#include "p11-script.h"

#define MAX_RULES 32

typedef enum {
#define CALL_NUMBER(name, ...) CALL_##name,
    PF_P11_CALLS(CALL_NUMBER)
#undef CALL_NUMBER
        N_CALLS
} CallNumber;

static const char *const call_names[N_CALLS] = {
#define CALL_NAME(name, ...) [CALL_##name] = "C_" #name,
    PF_P11_CALLS(CALL_NAME)
#undef CALL_NAME
};

static struct {
    CK_FUNCTION_LIST *target;
    int log_fd;
    char comm[32];
    PfP11Rule delays[MAX_RULES];
    PfP11Rule failures[MAX_RULES];
    unsigned int n_delays;
    unsigned int n_failures;
    unsigned long counts[N_CALLS]; /* atomic; calls of this process */
    /* Of a program that wants to know; NULL in others. */
    void (*on_enter)(const char *function);
    void (*on_leave)(const char *function, CK_RV rv);
} spy = {.log_fd = -1};

static pthread_once_t spy_once = PTHREAD_ONCE_INIT;

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One line by one write: lines of several processes do not mix. */
static void
write_log(const char *text)
{
    char line[512];
    int length = snprintf(line, sizeof(line), "%s\n", text);
    ssize_t n;

    if (spy.log_fd < 0)
        return;
    n = write(spy.log_fd, line, (size_t)length);
    if (n != length)
        abort(); /* a log with holes would prove what is not true */
}

/*
 * The environment is plain getenv on purpose: this is a test program, and its own clients under
 * test are the ones that must not read it when setuid.
 */
static void
load_target(void)
{
    CK_RV (*get_function_list)(CK_FUNCTION_LIST * *list) = NULL;
    const char *path = getenv("PF_SPY_MODULE");
    const char *log = getenv("PF_SPY_LOG");
    FILE *comm = fopen("/proc/self/comm", "re");
    void *library;
    void *symbol;

    if (comm != NULL) {
        if (fgets(spy.comm, sizeof(spy.comm), comm) == NULL)
            spy.comm[0] = '\0';
        fclose(comm);
    }
    spy.comm[strcspn(spy.comm, "\n")] = '\0';
    for (char *c = spy.comm; *c != '\0'; c++)
        if (*c == ' ')
            *c = '_';
    spy.n_delays = pf_p11_rules_parse(getenv("PF_SPY_DELAY"), spy.delays, MAX_RULES);
    spy.n_failures = pf_p11_rules_parse(getenv("PF_SPY_FAIL"), spy.failures, MAX_RULES);
    if (log != NULL)
        spy.log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    symbol = dlsym(RTLD_DEFAULT, "pf_spy_on_enter");
    memcpy(&spy.on_enter, &symbol, sizeof(symbol));
    symbol = dlsym(RTLD_DEFAULT, "pf_spy_on_leave");
    memcpy(&spy.on_leave, &symbol, sizeof(symbol));
    library = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        fprintf(stderr, "spy-backend: %s\n", path != NULL ? dlerror() : "PF_SPY_MODULE is not set");
        return;
    }
    symbol = dlsym(library, "C_GetFunctionList");
    memcpy(&get_function_list, &symbol, sizeof(symbol));
    if (get_function_list == NULL || get_function_list(&spy.target) != CKR_OK)
        spy.target = NULL;
}

/* Returns true when the script answers the call itself, by @ret_rv. */
static bool
begin_call(CallNumber call, CK_RV *ret_rv)
{
    unsigned long number = __atomic_add_fetch(&spy.counts[call], 1, __ATOMIC_RELAXED);
    const PfP11Rule *rule = pf_p11_rules_find(spy.delays, spy.n_delays, call_names[call], number);

    if (spy.on_enter != NULL)
        spy.on_enter(call_names[call]);
    if (rule != NULL)
        pf_p11_sleep_ms(strtoul(rule->value, NULL, 10));
    rule = pf_p11_rules_find(spy.failures, spy.n_failures, call_names[call], number);
    if (rule == NULL)
        return false;
    if (!pf_p11_name_parse(PF_P11_RV, rule->value, ret_rv))
        abort();
    return true;
}

/* Logs a call: start, duration in µs, pid, tid, program, function, arguments, result. */
static __attribute__((format(printf, 5, 6))) void
end_call(CallNumber number, double start, CK_RV rv, bool scripted, const char *format, ...)
{
    char call[256];
    char line[448];
    char name[64];
    va_list args;

    if (spy.on_leave != NULL)
        spy.on_leave(call_names[number], rv);
    if (spy.log_fd < 0)
        return;
    va_start(args, format);
    vsnprintf(call, sizeof(call), format, args);
    va_end(args);
    snprintf(line, sizeof(line), "%.6f %.0f %d %ld %s %s rv=%s%s", start, (now() - start) * 1e6,
             (int)getpid(), syscall(SYS_gettid), spy.comm, call,
             pf_p11_name_format(PF_P11_RV, rv, true, name, sizeof(name)),
             scripted ? " scripted=1" : "");
    write_log(line);
}

#define DEFINE_CALL(name, params, args, format, ...)                                               \
    static CK_RV spy_##name params                                                                 \
    {                                                                                              \
        double start = now();                                                                      \
        CK_RV rv = CKR_OK;                                                                         \
        bool scripted = begin_call(CALL_##name, &rv);                                              \
                                                                                                   \
        if (!scripted)                                                                             \
            rv = spy.target->C_##name args;                                                        \
        end_call(CALL_##name, start, rv, scripted, "C_" #name format, ##__VA_ARGS__);              \
        return rv;                                                                                 \
    }
PF_P11_CALLS(DEFINE_CALL)
#undef DEFINE_CALL

static CK_FUNCTION_LIST spy_list = {
    .version = {2, 40},
#define LIST_ENTRY(name, ...) .C_##name = spy_##name,
    PF_P11_CALLS(LIST_ENTRY)
#undef LIST_ENTRY
        .C_GetFunctionList = C_GetFunctionList,
};

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    pthread_once(&spy_once, load_target);
    if (spy.target == NULL)
        return CKR_GENERAL_ERROR;
    *list = &spy_list;
    return CKR_OK;
}
