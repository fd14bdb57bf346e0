/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The details of the agent's questions, from the wire into a request. */
#pragma once

#include <systemd/sd-bus.h>

#include "pin-request.h"

/* Reads an a{sv} of Prompter1 into REQUEST. Negative errno when MESSAGE has something else. */
int pf_prompt_details_read(sd_bus_message *message, PfPinRequest *request);
