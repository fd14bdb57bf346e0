/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which calls of a test module are delayed, fail, block, hang or crash: rules like C_Sign=…@3. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

/* One rule "C_Name=VALUE@N" (only the Nth call), "C_Name=VALUE@N+" (from the Nth on) or
 * "C_Name=VALUE" (every call). */
typedef struct {
    char function[48];
    char value[256];
    unsigned long first;
    unsigned long last;
} PfP11Rule;

/* Parses one rule; false when it is none. */
bool pf_p11_rule_parse(const char *text, PfP11Rule *ret_rule);

/*
 * Parses rules separated by commas into @rules, at most @max; returns how many. NULL is no rule.
 * A rule that cannot be read ends the process: a test with a misspelt script must not pass.
 */
unsigned int pf_p11_rules_parse(const char *text, PfP11Rule *rules, unsigned int max);

/* The rule for the @number-th call (from 1) of @function, or NULL. */
const PfP11Rule *pf_p11_rules_find(const PfP11Rule *rules, unsigned int n_rules,
                                   const char *function, unsigned long number);

/* Sleeps; the whole time, also when signals come. */
void pf_p11_sleep_ms(unsigned long ms);
