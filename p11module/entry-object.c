/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions on objects (PKCS#11 2.40, 5.7). */
#include "function-list.h"
#include "search.h"
#include "task.h"

/* A task with the template and result that most of these functions have. */
typedef struct {
    PfTask task;
    CK_ATTRIBUTE *template;
    CK_ULONG count;
    CK_ULONG *size;
} ObjectTask;

static CK_RV
run_create(PfTask *task)
{
    ObjectTask *self = (ObjectTask *)task;
    task->made_count = 1;
    return PF_BACKEND_CALL(task->call->backend, C_CreateObject, task->call->real, self->template,
                           self->count, &task->made[0]);
}

CK_RV
C_CreateObject(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count,
               CK_OBJECT_HANDLE *object)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    ObjectTask self = {.task = {.call = &call,
                                .run = run_create,
                                .operation = "create",
                                .wants_private =
                                    pf_task_template_makes_private(template, count, CKO_DATA),
                                .changes_objects = true},
                       .template = template,
                       .count = count};
    rv = object != NULL ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        *object = self.task.results[0];
    return pf_call_end(&call, rv);
}

static CK_RV
run_copy(PfTask *task)
{
    ObjectTask *self = (ObjectTask *)task;
    task->made_count = 1;
    return PF_BACKEND_CALL(task->call->backend, C_CopyObject, task->call->real, task->real[0],
                           self->template, self->count, &task->made[0]);
}

CK_RV
C_CopyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
             CK_ULONG count, CK_OBJECT_HANDLE *new_object)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    ObjectTask self = {.task = {.call = &call,
                                .inputs = {object},
                                .input_count = 1,
                                .run = run_copy,
                                .operation = "copy",
                                .wants_private = pf_task_template_is_private(template, count),
                                .changes_objects = true},
                       .template = template,
                       .count = count};
    rv = new_object != NULL ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        *new_object = self.task.results[0];
    return pf_call_end(&call, rv);
}

static CK_RV
run_destroy(PfTask *task)
{
    return PF_BACKEND_CALL(task->call->backend, C_DestroyObject, task->call->real, task->real[0]);
}

CK_RV
C_DestroyObject(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    PfTask task = {.call = &call,
                   .inputs = {object},
                   .input_count = 1,
                   .run = run_destroy,
                   .operation = "destroy",
                   .after = pf_object_destroyed,
                   .changes_objects = true};
    return pf_call_end(&call, pf_task_run(&task));
}

static CK_RV
run_get_size(PfTask *task)
{
    ObjectTask *self = (ObjectTask *)task;
    return PF_BACKEND_CALL(task->call->backend, C_GetObjectSize, task->call->real, task->real[0],
                           self->size);
}

CK_RV
C_GetObjectSize(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    ObjectTask self = {.task = {.call = &call,
                                .inputs = {object},
                                .input_count = 1,
                                .run = run_get_size,
                                .operation = "read",
                                .is_look = true},
                       .size = size};
    return pf_call_end(&call, pf_task_run(&self.task));
}

static CK_RV
run_get_attributes(PfTask *task)
{
    ObjectTask *self = (ObjectTask *)task;
    return PF_BACKEND_CALL(task->call->backend, C_GetAttributeValue, task->call->real,
                           task->real[0], self->template, self->count);
}

CK_RV
C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
                    CK_ULONG count)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    ObjectTask self = {.task = {.call = &call,
                                .inputs = {object},
                                .input_count = 1,
                                .run = run_get_attributes,
                                .operation = "read",
                                .is_look = true},
                       .template = template,
                       .count = count};
    if (!pf_object_get_remembered(&call, object, template, count, &rv))
        rv = pf_task_run(&self.task);
    return pf_call_end(&call, rv);
}

static CK_RV
run_set_attributes(PfTask *task)
{
    ObjectTask *self = (ObjectTask *)task;
    return PF_BACKEND_CALL(task->call->backend, C_SetAttributeValue, task->call->real,
                           task->real[0], self->template, self->count);
}

CK_RV
C_SetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
                    CK_ULONG count)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    ObjectTask self = {.task = {.call = &call,
                                .inputs = {object},
                                .input_count = 1,
                                .run = run_set_attributes,
                                .operation = "modify",
                                .after = pf_object_changed,
                                .changes_objects = true},
                       .template = template,
                       .count = count};
    return pf_call_end(&call, pf_task_run(&self.task));
}

CK_RV
C_FindObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_call_end(&call, pf_search_begin(&call, template, count)) : rv;
}

CK_RV
C_FindObjects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG max, CK_ULONG *count)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_call_end(&call, pf_search_next(&call, objects, max, count)) : rv;
}

CK_RV
C_FindObjectsFinal(CK_SESSION_HANDLE session)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_call_end(&call, pf_search_end(&call)) : rv;
}
