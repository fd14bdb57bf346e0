/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctor: what several checks look at, gathered once, each part with a time limit. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "config.h"
#include "doctor-report.h"
#include "register-place.h"

typedef struct {
    gboolean is_anonymous; /* ids and texts name no token, reader or person */
    PfDoctorReport *report;
    PfConfig *config;
    PfRegisterPlace *place; /* of the person's programs; NULL: there is no home of theirs */
    JsonNode *readers;      /* what `pinfold-tokens readers` prints; NULL with the error below */
    GError *readers_error;
    JsonArray *modules; /* of `pinfold-tokens list`; NULL with the error below */
    GError *modules_error;
    GDBusConnection *session_bus; /* NULL with the error below; without it: there is none at all */
    GError *session_bus_error;
    GDBusConnection *system_bus; /* NULL: it cannot be reached */
    gboolean has_agent;          /* who has the agent's name is the agent, and answers */
} PfDoctor;

/* Gathers. Runs the default main context. */
PfDoctor *pf_doctor_new(gboolean is_anonymous);

/* The members of one of `pinfold-tokens list`'s slots, where a token is in it that was initialised;
 * else NULL. Borrowed. */
JsonObject *pf_doctor_get_token(JsonObject *slot);

/* Has TOKEN the flag NAME (without CKF_)? */
gboolean pf_doctor_has_flag(JsonObject *token, const char *name);

/* Calls FUNC for each token that is there, with the module and the slot that it is in. */
typedef void (*PfDoctorTokenFunc)(PfDoctor *doctor, JsonObject *module, JsonObject *slot,
                                  JsonObject *token, gpointer user_data);
void pf_doctor_foreach_token(PfDoctor *doctor, PfDoctorTokenFunc func, gpointer user_data);

/* NULL is fine. */
void pf_doctor_free(PfDoctor *doctor);
