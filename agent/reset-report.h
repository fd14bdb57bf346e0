/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfResetReport: what is to be said of the resets of cards. */
#pragma once

#include <glib.h>

/* The setting `reset-card`, from the loosest to the strictest. */
typedef enum {
    PF_RESET_NEVER,
    PF_RESET_ON_LOCK,
    PF_RESET_ALWAYS,
} PfResetRule;

typedef struct {
    PfResetRule rule;
    GHashTable *faults; /* reader -> why its card could not be reset when that was tried last */
} PfResetReport;
