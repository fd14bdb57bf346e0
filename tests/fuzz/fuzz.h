/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What all fuzzers are made of: one function that libFuzzer, or replay.c, feeds with bytes. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer's own names. The function returns 0 and leaves nothing behind: an input is judged by
 * itself, whatever came before it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Holds in release builds too: a broken promise ends the run, and libFuzzer keeps the input. */
#define FUZZ_CHECK(good)                                                                           \
    do {                                                                                           \
        if (!(good)) {                                                                             \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #good);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Bytes that are taken one after the other; behind their end there are zeros. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} FuzzBytes;

static inline uint8_t
fuzz_bytes_take(FuzzBytes *bytes)
{
    return bytes->at < bytes->end ? *bytes->at++ : 0;
}

/* Fills TO with SIZE bytes. */
static inline void
fuzz_bytes_fill(FuzzBytes *bytes, void *to, size_t size)
{
    size_t left = (size_t)(bytes->end - bytes->at);
    size_t n = size < left ? size : left;
    memset(to, 0, size);
    if (n > 0)
        memcpy(to, bytes->at, n);
    bytes->at += n;
}
