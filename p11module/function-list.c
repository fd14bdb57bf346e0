/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The function list, made from the one table of names. */
#include "function-list.h"

CK_FUNCTION_LIST pf_function_list = {.version = {.major = 2, .minor = 40},
#define ENTRY(name) .name = name,
                                     PF_FUNCTIONS(ENTRY)
#undef ENTRY
};
