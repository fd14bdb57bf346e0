/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Many processes with one ID: forked from one that has no link yet, each with a link of its own. */
#pragma once

/* Handlers of link-client.c's lines.
 *
 * "herd N TOKEN ID": N processes that have said Hello and announced a session each; "ok" and how
 * many of them are logged in.
 * "herd-work SECONDS": each takes the PIN once a second at a random phase; "ok", how many times
 * that went well and badly, and the longest time in ms from asking to having given back.
 * "herd-end": they close and exit; "ok" and how many there were.
 * "bare N": how many bytes of this process a bare connection of sd-bus takes, of N. */
void pf_herd_start(char **args);
void pf_herd_work(char **args);
void pf_herd_end(char **args);
void pf_herd_bare(char **args);
