/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The one-line answer of a driver command: a status and key=value pairs. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stddef.h>

typedef struct {
    char status[96];
    char *body;
    size_t length;
    size_t size;
} PfDriverReply;

/* Makes @reply empty with the status "ok"; releases what it held. */
void pf_driver_reply_reset(PfDriverReply *reply);

/* Releases what @reply holds. */
void pf_driver_reply_clear(PfDriverReply *reply);

/* Takes @rv as the status, "ok" or "rv=CKR_NAME"; a failure says that it came from @function. */
void pf_driver_reply_set_rv(PfDriverReply *reply, CK_RV rv, const char *function);

/* Makes the status "err" with a message: the command itself was wrong and called nothing. */
void pf_driver_reply_set_error(PfDriverReply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds " key=value"; the value is quoted where it has to be. */
void pf_driver_reply_add(PfDriverReply *reply, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds " key=" and @size bytes in hex. */
void pf_driver_reply_add_hex(PfDriverReply *reply, const char *key, const void *data, size_t size);

/* Adds " key=" and @size bytes as text, without trailing blanks; other bytes become \xHH. */
void pf_driver_reply_add_text(PfDriverReply *reply, const char *key, const void *data, size_t size);

/* The whole line without its newline, to be freed. */
char *pf_driver_reply_format(const PfDriverReply *reply);
