/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTask: resolve, run, remember what was made. */
#include "task.h"

#include "window.h"

bool
pf_task_template_is_private(const CK_ATTRIBUTE *template, CK_ULONG count)
{
    for (CK_ULONG i = 0; template != NULL && i < count; i++) {
        if (template[i].type == CKA_PRIVATE && template[i].pValue != NULL &&
            template[i].ulValueLen == sizeof(CK_BBOOL))
            return *(const CK_BBOOL *)template[i].pValue != CK_FALSE;
    }
    return false;
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
run_on(PfTask *task, PfObject **objects, bool in_window)
{
    CK_RV rv = CKR_OK;
    for (unsigned i = 0; i < task->input_count && rv == CKR_OK; i++) {
        rv = pf_object_get_real(task->call, objects[i], &task->real[i]);
        if (rv == CKR_OBJECT_HANDLE_INVALID)
            rv = task->input_errors[i];
    }
    task->made_count = 0;
    if (rv == CKR_OK)
        rv = task->run(task);
    if (rv == CKR_OK && task->after != NULL)
        task->after(task->call, objects[0]);
    return rv == CKR_OK ? wrap_results(task, in_window) : rv;
}

static CK_RV
run_in_window(PfTask *task, PfObject **objects)
{
    const char *label = task->input_count > 0 ? pf_object_get_label(objects[0]) : NULL;
    CK_RV rv = pf_window_acquire(task->call, label);
    if (rv != CKR_OK)
        return rv;
    rv = run_on(task, objects, true);
    pf_window_release(task->call);
    return rv;
}

static void
report_change(PfCall *call)
{
    PfDomainRef ref;
    if (call->module->link == NULL || !call->slot->needs_login)
        return;
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_report_token(call->module->link, ref.token, PF_TOKEN_EVENT_OBJECTS_CHANGED, NULL);
}

CK_RV
pf_task_run(PfTask *task)
{
    PfObject *objects[PF_TASK_OBJECTS] = {NULL, NULL};
    bool is_virtual = pf_domain_get_standing(task->call->module, task->call->session->domain,
                                             NULL) == PF_STANDING_USER;
    bool is_private = task->wants_private;
    CK_RV rv = CKR_OK;
    for (unsigned i = 0; i < task->input_count && rv == CKR_OK; i++) {
        rv = pf_object_acquire(task->call, task->inputs[i], &objects[i]);
        if (rv == CKR_OBJECT_HANDLE_INVALID)
            rv = task->input_errors[i];
        is_private = is_private || (rv == CKR_OK && pf_object_is_private(objects[i]));
    }
    if (rv == CKR_OK && !(is_virtual && is_private)) {
        rv = run_on(task, objects, false);
        if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual)
            rv = run_in_window(task, objects);
    } else if (rv == CKR_OK) {
        rv = run_in_window(task, objects);
    }
    for (unsigned i = 0; i < PF_TASK_OBJECTS; i++) {
        if (objects[i] != NULL)
            pf_object_release(task->call->module, objects[i]);
    }
    if (rv == CKR_OK && task->changes_objects && is_virtual)
        report_change(task->call);
    return rv;
}
