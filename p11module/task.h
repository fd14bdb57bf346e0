/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTask: a call that uses objects or makes some, run outside or inside a window as it needs. */
#pragma once

#include "object.h"

#define PF_TASK_OBJECTS 4

typedef struct PfTask PfTask;
struct PfTask {
    PfCall *call;
    /* The host's handles that the call uses. One that names nothing becomes CK_INVALID_HANDLE: what
     * is answered to that is the backend's. */
    CK_OBJECT_HANDLE inputs[PF_TASK_OBJECTS];
    unsigned input_count;
    /* The caller knows that it will make something private. */
    bool wants_private;
    bool changes_objects; /* token objects that other processes may remember */
    CK_RV (*run)(PfTask *task);
    const char *operation; /* as PfUse */
    bool is_look;
    /* For run: the backend's handles of the inputs, and what it made. */
    CK_OBJECT_HANDLE real[PF_TASK_OBJECTS];
    CK_OBJECT_HANDLE made[PF_TASK_OBJECTS];
    unsigned made_count;
    /* After run: the host's handles of what was made. */
    CK_OBJECT_HANDLE results[PF_TASK_OBJECTS];
    /* May be NULL: what follows a success on each input, in the window. */
    void (*after)(PfCall *call, PfObject *object);
};

/* Runs the task: in a window if private objects are meant and the login is virtual; else directly,
 * and once more in a window if the backend wants a login (DESIGN 4.2). */
CK_RV pf_task_run(PfTask *task);

/* Does TEMPLATE say CKA_PRIVATE = true? */
bool pf_task_template_is_private(const CK_ATTRIBUTE *template, CK_ULONG count);

/* Is what is made of TEMPLATE private, as far as can be known? Without a word about it that is the
 * token's affair (PKCS#11 2.40, 4.4), and keys that are secret mostly are. CLASS: what the call
 * makes, unless the template says it. */
bool pf_task_template_makes_private(const CK_ATTRIBUTE *template, CK_ULONG count,
                                    CK_OBJECT_CLASS class);
