/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The program file of this process. */
#pragma once

#include <glib.h>

/* Where it was when this process was started; *RET_IS_REPLACED, unless that is NULL: it is not what
 * stands there now. The caller's; NULL: not known. */
char *pf_own_program_dup(gboolean *ret_is_replaced);
