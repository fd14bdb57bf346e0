/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the files of PfPinRequest share: pin-request.c (what was said on the wire), pin-words.c (the
 * sentences made of it) and tries-words.c (those about the tries left). */
#pragma once

#include "pin-request.h"

/* Text of the details, by wire name; `file` is the app's own. */
#define PF_PIN_REQUEST_TEXT_KEYS(X)                                                                \
    X("program", program)                                                                          \
    X("program-icon", program_icon)                                                                \
    X("executable", executable)                                                                    \
    X("purpose", purpose)                                                                          \
    X("operation", operation)                                                                      \
    X("token-label", token_label)                                                                  \
    X("token-manufacturer", token_manufacturer)                                                    \
    X("token-model", token_model)                                                                  \
    X("token-serial", token_serial)                                                                \
    X("reader", reader)                                                                            \
    X("key-label", key_label)                                                                      \
    X("keyring", keyring)                                                                          \
    X("never-cached", never_cached)                                                                \
    X("shared-id", shared_id)                                                                      \
    X("group", group)                                                                              \
    X("script", script)                                                                            \
    X("sandbox", sandbox)                                                                          \
    X("file", file)

struct _PfPinRequest {
    PfPinRequestKind kind;
    PfTask task;
    guint64 number;
#define PF_PIN_REQUEST_FIELD(key, name) char *name;
    PF_PIN_REQUEST_TEXT_KEYS(PF_PIN_REQUEST_FIELD)
#undef PF_PIN_REQUEST_FIELD
    gboolean program_known;
    gboolean may_remember;
    char *token_name; /* the person's own, or NULL */
    char *users;      /* names with commas */
    guint64 pid;
    guint64 min_len;
    guint64 max_len;
    guint64 token_flags;
    gboolean has_tries;
    guint64 tries_left;
};
