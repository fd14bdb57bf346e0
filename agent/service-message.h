/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the methods of Cache1 share: errors and dictionaries. */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#include "cache-error.h"

/* Everybody who gets to the agent's socket has our uid: the listener sees to it. */
#define PF_SERVICE_METHOD(name, in, out, handler)                                                  \
    SD_BUS_METHOD(name, in, out, handler, SD_BUS_VTABLE_UNPRIVILEGED)

/* Answer a call with an error; what a handler returns. */
int pf_service_answer_error(sd_bus_message *message, const GError *error);
int pf_service_answer_code(sd_bus_message *message, PfCacheError code, const char *text);

/* A key of a dictionary, and where its value goes if it has that basic type. */
typedef struct {
    const char *key;
    const char *type;
    void *value;
} PfServiceField;

/* Reads a{sv}; keys that are not in FIELDS are for a newer agent. Negative errno on failure. */
int pf_service_read_dict(sd_bus_message *message, const PfServiceField *fields, gsize count);
