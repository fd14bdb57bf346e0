/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How long each call of a client takes, and how much of that its backend takes: one line a call. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdint.h>

#define FAULT_LANES 2

/* A thread's present call, for who watches from outside. Times are CLOCK_MONOTONIC, in µs. */
typedef struct {
    uint64_t start;  /* of the call to the module; 0: none */
    uint64_t inside; /* of the call that the module makes to the backend; 0: none */
    char function[24];
    char backend_function[24];
} FaultLane;

/* The file that a client and its watcher share; faults/clients.py reads it. */
typedef struct {
    uint32_t wants_end; /* the client is to end by itself */
    uint32_t child;     /* the pid of its forked child, 0: none */
    FaultLane lanes[FAULT_LANES];
} FaultPage;

extern FaultPage *fault_page;

/* What a thread measures. */
typedef struct {
    FaultLane *lane;
    int schedstat_fd;
    uint64_t backend_us; /* in the present call */
    uint64_t delay_us;   /* without a CPU, at its beginning */
    CK_RV backend_rv;    /* not CKR_OK: of the function of the same name, or of the last other */
    bool is_own_rv;      /* it is of the function of the same name */
    CK_RV login_rv;      /* of the backend's last C_Login; CKR_OK without one */
    uint64_t opened;     /* when the session was opened that is in use */
    uint64_t logged_in;  /* when C_Login was good */
    const char *serial;
} CallClock;

uint64_t fault_now(void);

/* Opens the shared page and the log. */
void call_clock_open_files(const char *page_path, const char *log_path);

/* Binds CLOCK to the calling thread. */
void call_clock_begin_thread(CallClock *clock, unsigned lane);
void call_clock_end_thread(CallClock *clock);

/* Around a call to the module. */
void call_clock_start(CallClock *clock, const char *function);
CK_RV call_clock_stop(CallClock *clock, const char *function, const char *tag, CK_RV rv);

/* Writes a line that is no call. */
void call_clock_note(CallClock *clock, const char *word, const char *text);

/* The spy backend finds these two in the program that it is in. */
void pf_spy_on_enter(const char *function);
void pf_spy_on_leave(const char *function, CK_RV rv);

#define TIMED(clock, function, tag, call)                                                          \
    (call_clock_start((clock), (function)), call_clock_stop((clock), (function), (tag), (call)))
