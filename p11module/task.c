/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTask: resolve, run, remember what was made. */
#include "task.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot.h"
#include "window.h"

static const CK_ATTRIBUTE *
find(const CK_ATTRIBUTE *template, CK_ULONG count, CK_ATTRIBUTE_TYPE type, CK_ULONG size)
{
    for (CK_ULONG i = 0; template != NULL && i < count; i++) {
        if (template[i].type == type && template[i].pValue != NULL &&
            template[i].ulValueLen == size)
            return &template[i];
    }
    return NULL;
}

bool
pf_task_template_is_private(const CK_ATTRIBUTE *template, CK_ULONG count)
{
    const CK_ATTRIBUTE *said = find(template, count, CKA_PRIVATE, sizeof(CK_BBOOL));
    return said != NULL && *(const CK_BBOOL *)said->pValue != CK_FALSE;
}

bool
pf_task_template_makes_private(const CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_CLASS class)
{
    const CK_ATTRIBUTE *said = find(template, count, CKA_CLASS, sizeof class);
    if (find(template, count, CKA_PRIVATE, sizeof(CK_BBOOL)) != NULL)
        return pf_task_template_is_private(template, count);
    if (said != NULL)
        memcpy(&class, said->pValue, sizeof class);
    return class == CKO_PRIVATE_KEY || class == CKO_SECRET_KEY;
}

static CK_RV
wrap_results(PfTask *task, bool in_window)
{
    CK_RV rv = CKR_OK;
    for (unsigned i = 0; i < task->made_count && rv == CKR_OK; i++)
        rv = pf_object_created(task->call, task->made[i], in_window, &task->results[i]);
    return rv;
}

static CK_RV
run_on(PfTask *task, PfObject **objects)
{
    for (unsigned i = 0; i < task->input_count; i++) {
        task->real[i] = CK_INVALID_HANDLE;
        if (objects[i] != NULL)
            pf_object_get_real(task->call, objects[i], &task->real[i]);
    }
    task->made_count = 0;
    CK_RV rv = task->run(task);
    for (unsigned i = 0; i < task->input_count && rv == CKR_OK && task->after != NULL; i++) {
        if (objects[i] != NULL)
            task->after(task->call, objects[i]);
    }
    return rv;
}

/* Takes back what was made with the login of a window that the task is no user of, if it is
 * private: that window is of other sessions, or was opened by another thread just now. */
static CK_RV
undo_private(PfTask *task)
{
    bool is_private = false;
    for (unsigned i = 0; i < task->made_count; i++)
        is_private = is_private || pf_object_is_made_private(task->call, task->made[i]);
    if (!is_private)
        return CKR_OK;
    for (unsigned i = 0; i < task->made_count; i++)
        PF_BACKEND_CALL(task->call->backend, C_DestroyObject, task->call->real, task->made[i]);
    return CKR_USER_NOT_LOGGED_IN;
}

static CK_RV
run_outside(PfTask *task, PfObject **objects, bool has_own_login)
{
    uint64_t before;
    uint64_t after;
    bool was_closed = pf_window_is_closed(task->call->slot, &before);
    CK_RV rv = run_on(task, objects);
    bool is_closed = pf_window_is_closed(task->call->slot, &after);
    bool has_met_window = !was_closed || !is_closed || before != after;
    if (rv == CKR_OK && task->made_count > 0 && has_met_window && !has_own_login)
        rv = undo_private(task);
    return rv == CKR_OK ? wrap_results(task, false) : rv;
}

/* The window is open already. */
static CK_RV
run_inside(PfTask *task, PfObject **objects)
{
    CK_RV rv = run_on(task, objects);
    if (rv == CKR_OK)
        rv = wrap_results(task, true);
    pf_window_release(task->call);
    return rv;
}

static CK_RV
run_in_window(PfTask *task, PfObject **objects)
{
    char *label = objects[0] != NULL ? pf_object_dup_label(task->call->module, objects[0]) : NULL;
    PfUse use = {task->operation, label, task->is_look};
    bool was_foreign = false;
    CK_RV rv;
    do {
        bool is_second = was_foreign;
        rv = pf_window_acquire(task->call, &use);
        if (rv != CKR_OK)
            break;
        was_foreign = !is_second && pf_window_is_foreign(task->call->slot);
        rv = run_inside(task, objects);
        /* A login of another copy of this module that ended meanwhile. */
    } while (rv == CKR_USER_NOT_LOGGED_IN && was_foreign);
    free(label);
    return rv;
}

/* Other members refresh their snapshots; this one has seen to its own already. */
static void
report_change(PfCall *call)
{
    PfDomainRef ref;
    if (call->module->link == NULL || !call->slot->needs_login)
        return;
    uint64_t before = pf_snapshot_get_generation(call);
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_report_token(call->module->link, ref.token, PF_TOKEN_EVENT_OBJECTS_CHANGED, NULL);
    pf_snapshot_skip_generation(call, before);
}

static CK_RV
run_with_objects(PfTask *task, PfStanding standing)
{
    PfObject *objects[PF_TASK_OBJECTS] = {NULL};
    bool is_virtual = standing == PF_STANDING_USER;
    bool has_own_login = standing == PF_STANDING_REAL || standing == PF_STANDING_SO;
    bool is_private = task->wants_private;
    CK_RV rv = CKR_USER_NOT_LOGGED_IN;
    for (unsigned i = 0; i < task->input_count; i++) {
        if (pf_object_acquire(task->call, task->inputs[i], &objects[i]) == CKR_OK)
            is_private = is_private || pf_object_is_private(objects[i]);
    }
    /* What is made without a word about its privacy may be private in an open window. */
    if (is_virtual && !is_private && pf_window_join(task->call))
        rv = run_inside(task, objects);
    else if (!is_virtual || !is_private)
        rv = run_outside(task, objects, has_own_login);
    if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual)
        rv = run_in_window(task, objects);
    for (unsigned i = 0; i < PF_TASK_OBJECTS; i++) {
        if (objects[i] != NULL)
            pf_object_release(objects[i]);
    }
    if (rv == CKR_OK && task->changes_objects && is_virtual)
        report_change(task->call);
    return rv;
}

CK_RV
pf_task_run(PfTask *task)
{
    PfStanding standing =
        pf_domain_get_standing(task->call->module, task->call->session->domain, NULL);
    /* To read a public object takes no login, and no more than its handle. */
    if (task->is_look && task->input_count == 1 && standing != PF_STANDING_USER &&
        pf_object_get_public(task->call, task->inputs[0], &task->real[0]))
        return task->run(task);
    return run_with_objects(task, standing);
}
