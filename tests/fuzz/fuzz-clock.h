/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A clock that a fuzzer moves: what takes the agent minutes happens at once. */
#pragma once

/* From now on CLOCK_MONOTONIC and CLOCK_BOOTTIME are SECONDS later, for every library of the
 * process. */
void fuzz_clock_advance(unsigned seconds);
