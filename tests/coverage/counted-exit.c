/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Linked into what leaves by _exit() where lines are counted, and only there: the counts would be
 * lost. */
#include <stddef.h>
#include <unistd.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* Set by the module, whose counts are its own (counted-module.c). */
extern void (*pf_counted_module_dump)(void);
void (*pf_counted_module_dump)(void);

/* The linker (--wrap=_exit) has calls of _exit() come here. */
void
__wrap__exit(int status)
{
    __gcov_dump();
    if (pf_counted_module_dump != NULL)
        pf_counted_module_dump();
    __real__exit(status);
}
