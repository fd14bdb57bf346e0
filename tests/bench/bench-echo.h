/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a round trip costs at least: a process that answers each question with a descriptor, over a
 * bare socket and over sd-bus. The question is as long as that for a PIN. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

/* One connection of each kind; each process that asks has its own. */
typedef struct {
    int socket;
    int bus_socket;
    sd_bus *bus; /* NULL: not opened */
} PfBenchEcho;

#define PF_BENCH_ECHO_CLIENTS 2

/* Starts the process that answers, which ends with this one. Aborts on trouble. */
void pf_bench_echo_start(PfBenchEcho clients[PF_BENCH_ECHO_CLIENTS]);

/* To be called by the process that uses CLIENT: a bus is of no use in another one. */
void pf_bench_echo_open(PfBenchEcho *client);

/* One trip each; false on trouble. */
bool pf_bench_echo_ask_socket(PfBenchEcho *client, const char *token);
bool pf_bench_echo_ask_bus(PfBenchEcho *client, const char *token);
