/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterProgram: a program that can be told to use Pinfold's module, and how. Each has a file
 * of its own; this is what they offer. */
#pragma once

#include <gio/gio.h>

#include "register-place.h"
#include "register-plan.h"
#include "register-record.h"
#include "register-target.h"

typedef struct {
    const char *name;  /* as pinfoldctl takes it */
    const char *title; /* for people; to be translated where it is shown */
    /* Finds the places of its list; loads no module and changes nothing. */
    void (*find)(const PfRegisterPlace *place, PfRegisterSight *sight);
    /* The steps that put Pinfold's module into the list; with REPLACE those that take out the
     * doubles too. */
    gboolean (*add)(const PfRegisterPlace *place, const PfRegisterTarget *target, gboolean replace,
                    PfRegisterPlan *plan, GError **error);
    /* The steps that take it out, where others have changed the list since; REPLACED is what was
     * taken out before. */
    gboolean (*remove)(const PfRegisterPlace *place, const PfRegisterTarget *target,
                       GPtrArray *replaced, PfRegisterPlan *plan, GError **error);
    /* How to use what was registered: lines, the caller's, or NULL. */
    char *(*dup_hint)(const PfRegisterPlace *place);
    gboolean is_hint_brief; /* of what is to be done once, just after registering */
} PfRegisterProgram;

/* All programs; the last has no name. */
const PfRegisterProgram *pf_register_program_list(void);

/* NULL: there is none of that name. */
const PfRegisterProgram *pf_register_program_find(const char *name);

/* What would be done at TARGET, or NULL with *ERROR. Empty: nothing is to be done. */
PfRegisterPlan *pf_register_program_plan(const PfRegisterProgram *program,
                                         const PfRegisterPlace *place,
                                         const PfRegisterTarget *target, gboolean add,
                                         gboolean replace, GError **error);

/* Does PLAN, of the same words. Runs the default main context. */
gboolean pf_register_program_apply(const PfRegisterProgram *program, const PfRegisterPlace *place,
                                   const PfRegisterTarget *target, gboolean add,
                                   PfRegisterPlan *plan, GError **error);
