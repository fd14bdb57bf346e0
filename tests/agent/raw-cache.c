/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1 without the module's link: one connection for as long as the process lives. */
#include "raw-cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "socket-path.h"
#include "state-page.h"
#include "wire-names.h"

static sd_bus *bus;
static uint64_t context;
static const PfStatePage *page;
static PfSessionBoard *board;

static void
check(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(-r));
    abort();
}

static sd_bus *
get_bus(void)
{
    char path[108];
    char address[128];
    if (bus != NULL)
        return bus;
    check(pf_socket_path_get(path, sizeof path), "path");
    snprintf(address, sizeof address, "unix:path=%s", path);
    check(sd_bus_new(&bus), "bus");
    check(sd_bus_set_address(bus, address), "address");
    check(sd_bus_negotiate_fds(bus, true), "descriptors");
    check(sd_bus_start(bus), "start");
    return bus;
}

static const char *
get_last_word(const sd_bus_error *error)
{
    const char *dot = error->name != NULL ? strrchr(error->name, '.') : NULL;
    return dot != NULL ? dot + 1 : "trouble";
}

static void
say_hello(void)
{
    sd_bus_message *reply = NULL;
    uint64_t default_id;
    int state_fd;
    int board_fd;
    check(sd_bus_call_method(get_bus(), NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE, "Hello",
                             NULL, &reply, "u", PF_WIRE_PROTOCOL),
          "Hello");
    check(sd_bus_message_read(reply, "tthh", &context, &default_id, &state_fd, &board_fd), "reply");
    check(pf_state_page_map(state_fd, &page), "page");
    check(pf_session_board_map(board_fd, &board), "board");
    sd_bus_message_unref(reply);
    if (default_id != atomic_load(&page->default_id))
        abort();
}

void
pf_raw_cache_hello(char **args)
{
    if (page == NULL)
        say_hello();
    printf("ok %" PRIu64 " %" PRIu64 "\n", context, atomic_load(&page->default_id));
}

void
pf_raw_cache_call(char **args)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message *message = NULL;
    uint64_t app_id = strtoull(args[2], NULL, 0);
    int has_flag = strcmp(args[0], "OpenId") != 0 && strcmp(args[0], "CloseId") != 0;
    check(sd_bus_message_new_method_call(get_bus(), &message, NULL, PF_WIRE_CACHE_PATH,
                                         PF_WIRE_CACHE_INTERFACE, args[0]),
          "message");
    check(has_flag
              ? sd_bus_message_append(message, "stb", args[1], app_id, strcmp(args[2], "-") != 0)
              : sd_bus_message_append(message, "st", args[1], app_id),
          "arguments");
    int r = sd_bus_call(bus, message, 0, &error, NULL);
    sd_bus_message_unref(message);
    puts(r >= 0 ? "ok" : get_last_word(&error));
    sd_bus_error_free(&error);
}

void
pf_raw_cache_entry(char **args)
{
    const PfStateEntry *entry = &page->entries[strtoul(args[0], NULL, 0)];
    static const char *const states[] = {"public", "user", "asleep", "officer"};
    printf("ok %" PRIu32 " %s\n", atomic_load(&entry->closings),
           states[pf_state_login_state(atomic_load(&entry->login))]);
}

void
pf_raw_cache_board(char **args)
{
    unsigned entry = (unsigned)strtoul(args[0], NULL, 0);
    atomic_store(&board->sessions[entry], (uint32_t)strtoul(args[1], NULL, 0));
    atomic_store(&board->read_only[entry], (uint32_t)strtoul(args[2], NULL, 0));
    puts("ok");
}

void
pf_raw_cache_over(char **args)
{
    atomic_store(&board->ended_lease[strtoul(args[0], NULL, 0)], strtoull(args[1], NULL, 0));
    puts("ok");
}
