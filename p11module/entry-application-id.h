/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The list of the functions on application IDs, for C_GetInterface. */
#pragma once

#include <p11-kit/pkcs11.h>

#include "pinfold.h"

extern PfApplicationIdFunctions pf_application_id_functions;
