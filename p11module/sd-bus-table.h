/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* sd-bus, loaded when the agent is first met. libsystemd brings six more libraries along, which
 * takes a host longer than everything else that the module does at its start, and hosts that have
 * no agent would pay it for nothing. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

/* X(name): the functions sd_bus_name that the link uses. */
#define PF_SD_BUS_FUNCTIONS(X)                                                                     \
    X(add_filter)                                                                                  \
    X(call_method_async)                                                                           \
    X(close_unref)                                                                                 \
    X(get_n_queued_write)                                                                          \
    X(is_open)                                                                                     \
    X(message_append)                                                                              \
    X(message_append_array)                                                                        \
    X(message_at_end)                                                                              \
    X(message_close_container)                                                                     \
    X(message_enter_container)                                                                     \
    X(message_exit_container)                                                                      \
    X(message_get_errno)                                                                           \
    X(message_get_error)                                                                           \
    X(message_get_reply_cookie)                                                                    \
    X(message_is_method_error)                                                                     \
    X(message_is_signal)                                                                           \
    X(message_new_method_call)                                                                     \
    X(message_open_container)                                                                      \
    X(message_read)                                                                                \
    X(message_ref)                                                                                 \
    X(message_set_expect_reply)                                                                    \
    X(message_unref)                                                                               \
    X(negotiate_fds)                                                                               \
    X(new)                                                                                         \
    X(process)                                                                                     \
    X(send)                                                                                        \
    X(set_address)                                                                                 \
    X(set_bus_client)                                                                              \
    X(set_fd)                                                                                      \
    X(slot_unref)                                                                                  \
    X(start)                                                                                       \
    X(wait)

/* Called as the functions are: pf_sd_bus.new(&bus). */
typedef struct {
#define PF_SD_BUS_MEMBER(name) __typeof__(&sd_bus_##name) name;
    PF_SD_BUS_FUNCTIONS(PF_SD_BUS_MEMBER)
#undef PF_SD_BUS_MEMBER
} PfSdBusTable;

/* Filled by pf_sd_bus_table_load(). */
extern PfSdBusTable pf_sd_bus;

/* Loads the library, once in a process; it stays. False when it is not there or is another: then
 * there is no agent. Any thread; to be called without a lock that a library's constructor in the
 * host's program may need, as dlopen(3) runs those. */
bool pf_sd_bus_table_load(void);
