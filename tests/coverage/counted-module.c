/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Linked into the module where lines are counted: its counts, for a host that leaves by _exit(). */
#include <dlfcn.h>
#include <stddef.h>

void __gcov_dump(void);

static void
offer(void (*dump)(void))
{
    void (**host)(void) = dlsym(RTLD_DEFAULT, "pf_counted_module_dump");
    if (host != NULL)
        *host = dump;
}

static __attribute__((constructor)) void
on_load(void)
{
    offer(__gcov_dump);
}

static __attribute__((destructor)) void
on_unload(void)
{
    offer(NULL);
}
