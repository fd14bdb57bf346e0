/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The answer to TakePin and Prompt, whenever it comes. */
#pragma once

#include <systemd/sd-bus.h>

#include "cache-calls.h"

/* A call for the cache that answers MESSAGE; keeps it until then. */
PfLeaseCall pf_lease_reply_new(sd_bus_message *message);
