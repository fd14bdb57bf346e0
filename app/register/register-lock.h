/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One pinfoldctl at a time looks at the lists of programs and changes them. */
#pragma once

#include "register-place.h"

/* Takes the lock of PLACE, which RET_FD holds until it is closed; -1 where none can be had. Waits
 * for another pinfoldctl, and says so on standard error; FALSE with *ERROR after two minutes. Runs
 * no main loop. */
gboolean pf_register_lock_take(const PfRegisterPlace *place, int *ret_fd, GError **error);
