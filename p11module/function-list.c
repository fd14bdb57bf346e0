/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The function lists, made from the one table of names. */
#include "function-list.h"
#include "function-list-v3.h"

#define ENTRY(name) .name = name,
CK_FUNCTION_LIST pf_function_list = {.version = {.major = 2, .minor = 40}, PF_FUNCTIONS(ENTRY)};

CK_FUNCTION_LIST_3_0 pf_function_list_v3 = {.version = {.major = 3, .minor = 0},
                                            .C_GetInfo = pf_function_list_v3_get_info,
                                            PF_FUNCTIONS_BEFORE_INFO(ENTRY)
                                                PF_FUNCTIONS_AFTER_INFO(ENTRY)
                                                    PF_FUNCTIONS_3_0(ENTRY)};
#undef ENTRY
