/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Cache1 without the module's link: calls as their XML says them, on a connection of its own. */
#pragma once

/* Handlers of link-client.c's lines; each prints its answer: "ok …", or the error's last word.
 *
 * "raw-hello": a second module instance of this process; its context and the default ID of now.
 * "raw-call METHOD TOKEN ID": a method whose arguments are a token and an ID, alone (OpenId,
 * CloseId) or, with ID "-" or not, with explicit_id.
 * "raw-entry ENTRY": closings and state of an entry, as the instance's page says.
 * "raw-board ENTRY SESSIONS READ-ONLY": writes the instance's board.
 * "raw-over ENTRY LEASE": writes there that the lease is over, and does not look who waits for it.
 */
void pf_raw_cache_hello(char **args);
void pf_raw_cache_call(char **args);
void pf_raw_cache_entry(char **args);
void pf_raw_cache_board(char **args);
void pf_raw_cache_over(char **args);
