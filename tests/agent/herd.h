/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Many processes: forked from one that has no link yet, each with a link of its own. */
#pragma once

/* Handlers of link-client.c's lines.
 *
 * "herd N TOKEN ID": N processes that have said Hello and announced a session each, with one ID;
 * "ok" and how many of them are logged in.
 * "herd-own N TOKEN ID": the same, but each logs in by itself, on a token of its own, which is
 * TOKEN with a number behind. "herd-work SECONDS": each takes the PIN once a second at a random
 * phase, for at most 60 s; "ok", how many times that went well and badly, and in µs the longest
 * time, the median, and what one of a hundred exceeds, from asking to having the PIN. "herd-loop
 * SECONDS": each takes it as often as it can, until that fails; "ok", how many times, and
 * how many failed.
 * "herd-end": they close and exit; "ok" and how many there were.
 * "bare N": how many bytes of this process a bare connection of sd-bus takes, of N. */
void pf_herd_start(char **args);
void pf_herd_start_own(char **args);
void pf_herd_work(char **args);
void pf_herd_loop(char **args);
void pf_herd_end(char **args);
void pf_herd_bare(char **args);
