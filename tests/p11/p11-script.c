/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Parses and looks up the rules of scripted test modules. */
#include "p11-script.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool
pf_p11_rule_parse(const char *text, PfP11Rule *ret_rule)
{
    const char *equals = strchr(text, '=');
    const char *at = strrchr(text, '@');
    const char *end = at != NULL ? at : text + strlen(text);
    PfP11Rule rule = {.first = 1, .last = ULONG_MAX};
    char *rest = NULL;

    if (equals == NULL || end < equals || strncmp(text, "C_", 2) != 0 ||
        (size_t)(equals - text) >= sizeof(rule.function) ||
        (size_t)(end - equals) > sizeof(rule.value))
        return false;
    memcpy(rule.function, text, (size_t)(equals - text));
    memcpy(rule.value, equals + 1, (size_t)(end - equals - 1));
    if (at != NULL) {
        rule.first = strtoul(at + 1, &rest, 10);
        if (rule.first == 0 || (*rest != '\0' && strcmp(rest, "+") != 0))
            return false;
        if (*rest == '\0')
            rule.last = rule.first;
    }
    *ret_rule = rule;
    return true;
}

unsigned int
pf_p11_rules_parse(const char *text, PfP11Rule *rules, unsigned int max)
{
    char *copy = strdup(text != NULL ? text : "");
    char *state = NULL;
    unsigned int n = 0;

    if (copy == NULL)
        abort();
    for (char *rule = strtok_r(copy, ",", &state); rule != NULL;
         rule = strtok_r(NULL, ",", &state)) {
        if (n == max || !pf_p11_rule_parse(rule, &rules[n])) {
            fprintf(stderr, "bad rule in the script of a test module: %s\n", rule);
            abort();
        }
        n++;
    }
    free(copy);
    return n;
}

const PfP11Rule *
pf_p11_rules_find(const PfP11Rule *rules, unsigned int n_rules, const char *function,
                  unsigned long number)
{
    for (unsigned int i = 0; i < n_rules; i++) {
        if (strcmp(rules[i].function, function) == 0 && number >= rules[i].first &&
            number <= rules[i].last)
            return &rules[i];
    }
    return NULL;
}

void
pf_p11_sleep_ms(unsigned long ms)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}
