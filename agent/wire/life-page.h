/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Shared memory by which the kernel itself tells that the agent is gone.
 *
 * The page holds a robust mutex that the agent's main thread locks for life. When that thread ends,
 * however it ends, the kernel marks the word; a reader needs one load, no system call and no
 * thread to see it. Without it a dead agent's state page would go on saying "logged in". */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct PfLifePage PfLifePage;

/* Agent, on the thread that lives as long as the process: makes the page and takes the mutex.
 * Returns a descriptor to send (the caller's) or -errno. */
int pf_life_page_create(PfLifePage **ret_page);

/* Agent: says the end in an orderly way, then unmaps. Same thread. NULL is fine. */
void pf_life_page_end(PfLifePage *page);

/* Module: maps a received page. Returns 0, -EBADMSG, or -errno. FD stays the caller's. */
int pf_life_page_map(int fd, const PfLifePage **ret_page);
void pf_life_page_unmap(const PfLifePage *page);

/* Does the agent that made this page still run? (Stopped counts as running.) Any thread. */
bool pf_life_page_is_alive(const PfLifePage *page);
