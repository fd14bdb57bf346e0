/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the person's file says after a change of the modules. Each returns the entries to save, of
 * PfModuleEntry, which the caller owns; NULL: there is nothing to change. */
#pragma once

#include "module-setup.h"

/* The line of the module NAME is gone; those that Pinfold chose by itself stay its choice. */
GPtrArray *pf_module_change_remove(const PfModuleSetup *setup, const char *name);

/* The module NAME, which the file does not name, is not used. */
GPtrArray *pf_module_change_switch_off(const PfModuleSetup *setup, const char *name);

/* The module NAME, which the file switches off, is used again. */
GPtrArray *pf_module_change_switch_on(const PfModuleSetup *setup, const char *name);

/* The module NAME is one place nearer to the begin (DIRECTION -1) or the end (1). */
GPtrArray *pf_module_change_move(const PfModuleSetup *setup, const char *name, int direction);

/* The module PATH comes last, with a name that is free. */
GPtrArray *pf_module_change_add(const PfModuleSetup *setup, const char *path);
