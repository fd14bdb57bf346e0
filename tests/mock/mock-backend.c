/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock token's entry points: each follows the script before and after its implementation. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mock-state.h"
#include "p11-name.h"

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

static pthread_mutex_t mock_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long counts[N_CALLS];
static unsigned long counts_version;
static int n_inside; /* atomic: calls that are running */

void
pf_mock_lock(void)
{
    pthread_mutex_lock(&mock_mutex);
}

void
pf_mock_unlock(void)
{
    pthread_mutex_unlock(&mock_mutex);
}

static CK_RV
parse_rv(const char *name)
{
    CK_RV rv;

    if (!pf_p11_name_parse(PF_P11_RV, name, &rv))
        abort();
    return rv;
}

bool
pf_mock_follow_rule(const char *name, CK_RV *ret_rv)
{
    const PfMockScript *script;
    const PfP11Rule *rule;
    bool is_found;

    pf_mock_lock();
    script = pf_mock_script_get();
    rule = pf_p11_rules_find(script->rules, script->n_rules, name, 1);
    is_found = rule != NULL;
    if (is_found)
        *ret_rv = parse_rv(rule->value);
    pf_mock_unlock();
    return is_found;
}

/* The rule for this call, copied: the script may be read again while it is followed. */
static bool
take_rule(CallNumber call, PfP11Rule *ret_rule)
{
    const PfMockScript *script = pf_mock_script_get();
    const PfP11Rule *rule;

    if (script->version != counts_version) {
        memset(counts, 0, sizeof(counts));
        counts_version = script->version;
    }
    counts[call]++;
    rule = pf_p11_rules_find(script->rules, script->n_rules, call_names[call], counts[call]);
    if (rule != NULL)
        *ret_rule = *rule;
    return rule != NULL;
}

/* Does what comes before the call. Returns true when @ret_rv is already the answer. */
static bool
follow_rule(const PfP11Rule *rule, CK_RV *ret_rv)
{
    if (strncmp(rule->value, "CKR_", 4) == 0) {
        *ret_rv = parse_rv(rule->value);
        return true;
    }
    if (strncmp(rule->value, "delay:", 6) == 0) {
        pf_p11_sleep_ms(strtoul(rule->value + 6, NULL, 10));
    } else if (strncmp(rule->value, "block:", 6) == 0) {
        while (access(rule->value + 6, F_OK) != 0)
            pf_p11_sleep_ms(10);
    } else if (strcmp(rule->value, "crash") == 0) {
        /* Also in a host that handles the signal, as sanitizers do. */
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    } else if (strcmp(rule->value, "hang") == 0) {
        for (;;)
            pause();
    } else if (strncmp(rule->value, "after:", 6) != 0) {
        abort();
    }
    return false;
}

/* Returns true when the call is answered by @ret_rv; otherwise the lock is held. */
static bool
begin_call(CallNumber call, PfP11Rule *rule, CK_RV *ret_rv)
{
    bool overlaps = __atomic_fetch_add(&n_inside, 1, __ATOMIC_ACQ_REL) > 0;
    bool threads;
    bool scripted;

    memset(rule, 0, sizeof(*rule));
    pf_mock_lock();
    scripted = take_rule(call, rule);
    threads = pf_mock_script_get()->threads;
    pf_mock_unlock();
    if (overlaps && !threads) {
        pf_mock_pin_count_overlap();
        *ret_rv = CKR_GENERAL_ERROR;
        return true;
    }
    /* Without the lock: other threads go on while this call waits or hangs. */
    if (scripted && follow_rule(rule, ret_rv))
        return true;
    pf_mock_lock();
    pf_mock_state_follow_script();
    if (pf_mock.initialized || call == CALL_Initialize)
        return false;
    pf_mock_unlock();
    *ret_rv = CKR_CRYPTOKI_NOT_INITIALIZED;
    return true;
}

static CK_RV
end_call(const PfP11Rule *rule, CK_RV rv)
{
    __atomic_fetch_sub(&n_inside, 1, __ATOMIC_ACQ_REL);
    return strncmp(rule->value, "after:", 6) == 0 ? parse_rv(rule->value + 6) : rv;
}

#define DEFINE_CALL(name, params, args, ...)                                                       \
    static CK_RV mock_##name params                                                                \
    {                                                                                              \
        PfP11Rule rule;                                                                            \
        CK_RV rv;                                                                                  \
                                                                                                   \
        if (!begin_call(CALL_##name, &rule, &rv)) {                                                \
            rv = pf_mock_##name args;                                                              \
            pf_mock_unlock();                                                                      \
        }                                                                                          \
        return end_call(&rule, rv);                                                                \
    }
PF_P11_CALLS(DEFINE_CALL)
#undef DEFINE_CALL

CK_FUNCTION_LIST pf_mock_list = {
    .version = {2, 40},
#define LIST_ENTRY(name, ...) .C_##name = mock_##name,
    PF_P11_CALLS(LIST_ENTRY)
#undef LIST_ENTRY
        .C_GetFunctionList = C_GetFunctionList,
};

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = &pf_mock_list;
    return CKR_OK;
}
