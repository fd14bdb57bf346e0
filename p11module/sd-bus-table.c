/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* dlopen(3) and one dlsym(3) for each function. */
#include "sd-bus-table.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "report.h"

PfSdBusTable pf_sd_bus;

static bool is_loaded;

static void
load(void)
{
    static const struct {
        const char *name;
        size_t offset;
    } functions[] = {
#define ROW(name) {"sd_bus_" #name, offsetof(PfSdBusTable, name)},
        PF_SD_BUS_FUNCTIONS(ROW)
#undef ROW
    };
    void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        pf_report("libsystemd.so.0 does not load: no PIN is cached here");
        return;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *symbol = dlsym(library, functions[i].name);
        if (symbol == NULL) {
            pf_report("libsystemd.so.0 has no %s: no PIN is cached here", functions[i].name);
            dlclose(library);
            return;
        }
        memcpy((char *)&pf_sd_bus + functions[i].offset, &symbol, sizeof symbol);
    }
    is_loaded = true;
}

bool
pf_sd_bus_table_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}
