/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Names and numbers that both ends of the private socket and the session bus use. */
#pragma once

#include <stdint.h>

/* The protocol spoken on the private socket; Cache1.Hello refuses what it does not know. */
#define PF_WIRE_PROTOCOL 1u

#define PF_WIRE_CACHE_PATH         "/org/pinfold/Cache"
#define PF_WIRE_CACHE_INTERFACE    "org.pinfold.Cache1"
#define PF_WIRE_PROMPTER_PATH      "/org/pinfold/Prompter"
#define PF_WIRE_PROMPTER_INTERFACE "org.pinfold.Prompter1"
#define PF_WIRE_AGENT_NAME         "org.pinfold.Agent"
#define PF_WIRE_AGENT_PATH         "/org/pinfold/Agent"
#define PF_WIRE_AGENT_INTERFACE    "org.pinfold.Agent1"
#define PF_WIRE_APP_NAME           "org.pinfold.Pinfold"

/* Errors of Cache1 and Prompter1; the XML says which call has which. */
#define PF_WIRE_ERROR_PROTOCOL      "org.pinfold.Error.Protocol"
#define PF_WIRE_ERROR_LIMIT         "org.pinfold.Error.Limit"
#define PF_WIRE_ERROR_NOT_CACHED    "org.pinfold.Error.NotCached"
#define PF_WIRE_ERROR_NO_DOMAIN     "org.pinfold.Error.NoDomain"
#define PF_WIRE_ERROR_NOT_LOGGED_IN "org.pinfold.Error.NotLoggedIn"
#define PF_WIRE_ERROR_ASLEEP        "org.pinfold.Error.Asleep"
#define PF_WIRE_ERROR_CANCELED      "org.pinfold.Error.Canceled"
#define PF_WIRE_ERROR_NO_PROMPTER   "org.pinfold.Error.NoPrompter"
#define PF_WIRE_ERROR_NO_LEASE      "org.pinfold.Error.NoLease"
#define PF_WIRE_ERROR_NO_REQUEST    "org.pinfold.Error.NoRequest"
#define PF_WIRE_ERROR_PIN_LENGTH    "org.pinfold.Error.PinLength"
#define PF_WIRE_ERROR_BUSY          "org.pinfold.Error.Busy"
#define PF_WIRE_ERROR_NO_DISPLAY    "org.pinfold.Error.NoDisplay"
#define PF_WIRE_ERROR_LOGGED_IN     "org.pinfold.Error.LoggedIn"

/* Of BeginOfficer. */
#define PF_WIRE_ERROR_USER_LOGGED_IN    "org.pinfold.Error.UserLoggedIn"
#define PF_WIRE_ERROR_OFFICER_LOGGED_IN "org.pinfold.Error.OfficerLoggedIn"
#define PF_WIRE_ERROR_READ_ONLY_EXISTS  "org.pinfold.Error.ReadOnlyExists"

/* How a lease ended; Cache1.EndLease. */
typedef enum {
    PF_LEASE_UNUSED = 0,
    PF_LEASE_OK = 1,
    PF_LEASE_REJECTED = 2,
} PfLeaseResult;

/* What a module saw happen to a token; Cache1.ReportToken. */
typedef enum {
    PF_TOKEN_EVENT_SEEN = 0,
    PF_TOKEN_EVENT_PIN_CHANGED = 1,
    PF_TOKEN_EVENT_INITIALISED = 2,
    PF_TOKEN_EVENT_GONE = 3,
    PF_TOKEN_EVENT_EXPLICIT_REJECTED = 4,
    PF_TOKEN_EVENT_OBJECTS_CHANGED = 5,
} PfTokenEvent;

/* Of Cache1.TakePin and NoteUse: longest key label in bytes, and the operations that have a name.
 */
#define PF_WIRE_KEY_LABEL_MAX 128u
#define PF_WIRE_OPERATIONS(X)                                                                      \
    X("sign")                                                                                      \
    X("decrypt")                                                                                   \
    X("verify")                                                                                    \
    X("encrypt")                                                                                   \
    X("digest")                                                                                    \
    X("wrap")                                                                                      \
    X("unwrap")                                                                                    \
    X("derive")                                                                                    \
    X("generate")                                                                                  \
    X("create")                                                                                    \
    X("copy")                                                                                      \
    X("modify")                                                                                    \
    X("destroy")                                                                                   \
    X("read")                                                                                      \
    X("find")                                                                                      \
    X("restore")                                                                                   \
    X("set-pin")

/* Of Cache1.ReportKeys: how many certificates in a call, and the longest one in bytes. */
#define PF_WIRE_CERTIFICATES_MAX 16u
#define PF_WIRE_CERTIFICATE_MAX  8192u

/* How often the agent says Waiting to a caller whose answer is outstanding, and how long a caller
 * believes in an agent that says nothing (DESIGN 4.14). */
#define PF_WIRE_WAITING_PERIOD_MS 500u
#define PF_WIRE_SILENCE_LIMIT_S   2u
