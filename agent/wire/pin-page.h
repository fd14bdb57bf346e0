/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How a PIN crosses a process boundary: one sealed, locked page of a memfd (DESIGN 8). */
#pragma once

#include "secret.h"

/* The sender's end. Zero-initialise with PF_PIN_PAGE_NONE. */
typedef struct {
    int fd;
    void *map;
} PfPinPage;

#define PF_PIN_PAGE_NONE ((PfPinPage){.fd = -1, .map = NULL})

/* Makes a page that holds LEN bytes. Returns 0, or -errno (-E2BIG over PF_SECRET_MAX; -EPERM or
 * -ENOMEM when it cannot be locked) with *PAGE untouched. The descriptor in it may be sent; the
 * caller owns the page until pf_pin_page_wipe(). */
int pf_pin_page_create(PfPinPage *page, const void *bytes, size_t len);

/* Makes an empty page ready for the next pf_pin_page_create() of this process, which then only
 * copies: for a process that is idle now and in a hurry then. Does nothing when one is ready. */
void pf_pin_page_prepare(void);

/* Zeroes the page through the sender's mapping, and leaves the rest to pf_pin_page_wipe(). */
void pf_pin_page_zero(PfPinPage *page);

/* Zeroes the page through the sender's mapping, so that every descriptor of it reads zeroes, then
 * unmaps and closes. Idempotent. Called on acknowledgement and on disconnect. */
void pf_pin_page_wipe(PfPinPage *page);

/* Copies a received page into a secret. FD stays the caller's (and should be closed at once).
 * Returns 0; -EBADMSG when size, seals or length are not those of a PIN page; -ENODATA when there
 * is no PIN in it, for a page that its sender wiped, before or during the copy, looks like that; or
 * -errno. */
int pf_pin_page_receive(int fd, PfSecret **ret_pin);
