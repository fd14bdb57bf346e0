/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The function list of PKCS#11 3.0. */
#pragma once

#include "pkcs11-v3.h"

/* The list of the interface "PKCS 11" 3.0. */
extern CK_FUNCTION_LIST_3_0 pf_function_list_v3;

/* Its C_GetInfo, which says that it is of 3.0. */
CK_RV pf_function_list_v3_get_info(CK_INFO *info);
