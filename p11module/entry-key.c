/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that make and move keys (PKCS#11 2.40, 5.14). */
#include "function-list.h"
#include "task.h"

typedef struct {
    PfTask task;
    CK_MECHANISM *mechanism;
    CK_ATTRIBUTE *template;
    CK_ULONG count;
    CK_ATTRIBUTE *private_template;
    CK_ULONG private_count;
    CK_BYTE *data;
    CK_ULONG data_len;
    CK_ULONG *ret_len;
} KeyTask;

static CK_RV
run_generate(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    task->made_count = 1;
    return PF_BACKEND_CALL(task->call->backend, C_GenerateKey, task->call->real, self->mechanism,
                           self->template, self->count, &task->made[0]);
}

CK_RV
C_GenerateKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *template,
              CK_ULONG count, CK_OBJECT_HANDLE *key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {.task = {.call = &call,
                             .run = run_generate,
                             .wants_private =
                                 pf_task_template_makes_private(template, count, CKO_SECRET_KEY),
                             .changes_objects = true},
                    .mechanism = mechanism,
                    .template = template,
                    .count = count};
    rv = key != NULL ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        *key = self.task.results[0];
    return pf_call_end(&call, rv);
}

static CK_RV
run_generate_pair(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    task->made_count = 2;
    return PF_BACKEND_CALL(task->call->backend, C_GenerateKeyPair, task->call->real,
                           self->mechanism, self->template, self->count, self->private_template,
                           self->private_count, &task->made[0], &task->made[1]);
}

CK_RV
C_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *public_template,
                  CK_ULONG public_count, CK_ATTRIBUTE *private_template, CK_ULONG private_count,
                  CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {.task = {.call = &call,
                             .run = run_generate_pair,
                             .wants_private =
                                 pf_task_template_is_private(public_template, public_count) ||
                                 pf_task_template_makes_private(private_template, private_count,
                                                                CKO_PRIVATE_KEY),
                             .changes_objects = true},
                    .mechanism = mechanism,
                    .template = public_template,
                    .count = public_count,
                    .private_template = private_template,
                    .private_count = private_count};
    bool is_complete = public_key != NULL && private_key != NULL;
    rv = is_complete ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        *public_key = self.task.results[0];
        *private_key = self.task.results[1];
    }
    return pf_call_end(&call, rv);
}

static CK_RV
run_wrap(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    return PF_BACKEND_CALL(task->call->backend, C_WrapKey, task->call->real, self->mechanism,
                           task->real[0], task->real[1], self->data, self->ret_len);
}

CK_RV
C_WrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping_key,
          CK_OBJECT_HANDLE key, CK_BYTE *wrapped, CK_ULONG *wrapped_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {
        .task = {.call = &call, .inputs = {wrapping_key, key}, .input_count = 2, .run = run_wrap},
        .mechanism = mechanism,
        .data = wrapped,
        .ret_len = wrapped_len};
    return pf_call_end(&call, pf_task_run(&self.task));
}

static CK_RV
run_unwrap(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    task->made_count = 1;
    return PF_BACKEND_CALL(task->call->backend, C_UnwrapKey, task->call->real, self->mechanism,
                           task->real[0], self->data, self->data_len, self->template, self->count,
                           &task->made[0]);
}

CK_RV
C_UnwrapKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping_key,
            CK_BYTE *wrapped, CK_ULONG wrapped_len, CK_ATTRIBUTE *template, CK_ULONG count,
            CK_OBJECT_HANDLE *key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {.task = {.call = &call,
                             .inputs = {unwrapping_key},
                             .input_count = 1,
                             .run = run_unwrap,
                             .wants_private =
                                 pf_task_template_makes_private(template, count, CKO_SECRET_KEY),
                             .changes_objects = true},
                    .mechanism = mechanism,
                    .template = template,
                    .count = count,
                    .data = wrapped,
                    .data_len = wrapped_len};
    rv = key != NULL ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        *key = self.task.results[0];
    return pf_call_end(&call, rv);
}

static CK_RV
run_derive(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    task->made_count = 1;
    return PF_BACKEND_CALL(task->call->backend, C_DeriveKey, task->call->real, self->mechanism,
                           task->real[0], self->template, self->count, &task->made[0]);
}

CK_RV
C_DeriveKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base_key,
            CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {.task = {.call = &call,
                             .inputs = {base_key},
                             .input_count = 1,
                             .run = run_derive,
                             .wants_private =
                                 pf_task_template_makes_private(template, count, CKO_SECRET_KEY),
                             .changes_objects = true},
                    .mechanism = mechanism,
                    .template = template,
                    .count = count};
    rv = key != NULL ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        *key = self.task.results[0];
    return pf_call_end(&call, rv);
}
