/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the commands of pinfoldctl return to the shell; part of its interface. */
#pragma once

typedef enum {
    PF_CTL_OK = 0,
    PF_CTL_FAILED = 1, /* it was right to ask, but it did not work */
    PF_CTL_USAGE = 2,  /* a wrong command, option, key or value */
} PfCtlExit;
