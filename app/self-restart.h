/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app after an upgrade: the agent knows the file that is installed now, not this process's. */
#pragma once

/* If another file has taken the place of this process's executable, runs that in its stead, as a
 * service; returns only if there is none, or it cannot be run. */
void pf_self_restart_if_replaced(void);
