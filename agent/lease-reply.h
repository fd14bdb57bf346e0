/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The answer to TakePin, Prompt, PromptChange and ConfirmTry, whenever it comes. */
#pragma once

#include <systemd/sd-bus.h>

#include "cache-calls.h"

typedef enum {
    PF_LEASE_REPLY_TAKE_PIN,
    PF_LEASE_REPLY_PROMPT,
    PF_LEASE_REPLY_CHANGE,
    PF_LEASE_REPLY_TRY,
} PfLeaseReplyKind;

/* A call for the cache that answers MESSAGE, of the method that KIND names; keeps it until then. */
PfLeaseCall pf_lease_reply_new(PfLeaseReplyKind kind, sd_bus_message *message);
