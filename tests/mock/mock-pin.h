/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The PINs of the mock's tokens and their tries, in a page that all processes share. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_MOCK_MAX_TRIES 3

/* Also read by the Python harness; keep it in step with tests/lib/pinfoldtest/mock.py. */
typedef struct {
    char serial[20]; /* empty: unused */
    uint32_t tries;
    uint32_t n_ok;      /* presentations that were right */
    uint32_t n_wrong;   /* presentations that cost a try */
    uint32_t n_blocked; /* presentations to a blocked token */
    uint32_t pin_size;
    char pin[64];
} PfMockPin;

/*
 * The PIN of the token with that serial: in the file named by PF_MOCK_STATE, else in memory of
 * this process. PIN "1234" and 3 tries at first. Ends the process when there are more than 8.
 */
PfMockPin *pf_mock_pin_get(const char *serial);

/* Checks a PIN as a card does; counts, and takes a try from it or gives them back. */
CK_RV pf_mock_pin_present(PfMockPin *pin, const CK_BYTE *text, CK_ULONG size);

/* Sets a new PIN; CKR_PIN_LEN_RANGE unless it has 4 to 8 bytes. All tries come back. */
CK_RV pf_mock_pin_set(PfMockPin *pin, const CK_BYTE *text, CK_ULONG size);

/* Counts a call that found another one running in a mock without thread support. */
void pf_mock_pin_count_overlap(void);
