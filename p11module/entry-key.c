/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that make and move keys (PKCS#11 2.40, 5.14). */
#include "function-list.h"
#include "mechanism.h"
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
    bool wants_result;
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
                             .operation = "generate",
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
                             .operation = "generate",
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
    KeyTask self = {.task = {.call = &call,
                             .inputs = {wrapping_key, key},
                             .input_count = 2,
                             .run = run_wrap,
                             .operation = "wrap"},
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
                             .operation = "unwrap",
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

/* The keys of the mechanism's parameter come after the base key; of those that it makes into its
 * parameter, some may be missing. */
static CK_RV
run_derive(PfTask *task)
{
    KeyTask *self = (KeyTask *)task;
    CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE];
    CK_OBJECT_HANDLE derived = CK_INVALID_HANDLE;
    PfMechanism translated;
    CK_MECHANISM *mechanism = pf_mechanism_translate(self->mechanism, &task->real[1], &translated);
    CK_RV rv = PF_BACKEND_CALL(task->call->backend, C_DeriveKey, task->call->real, mechanism,
                               task->real[0], self->template, self->count,
                               self->wants_result ? &derived : NULL);
    if (rv != CKR_OK)
        return rv;
    unsigned count = pf_mechanism_list_made(self->mechanism, places);
    for (unsigned i = 0; i < count; i++) {
        if (*places[i] != CK_INVALID_HANDLE)
            task->made[task->made_count++] = *places[i];
    }
    if (count == 0)
        task->made[task->made_count++] = derived;
    return CKR_OK;
}

/* Puts the host's handles where the backend put its own. */
static void
tell_derived(const PfTask *task, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE *key)
{
    CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE];
    unsigned count = pf_mechanism_list_made(mechanism, places);
    unsigned next = 0;
    for (unsigned i = 0; i < count; i++) {
        if (*places[i] != CK_INVALID_HANDLE)
            *places[i] = task->results[next++];
    }
    if (count == 0 && key != NULL)
        *key = task->results[0];
}

CK_RV
C_DeriveKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base_key,
            CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *key)
{
    PfCall call;
    CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE];
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    KeyTask self = {.task = {.call = &call,
                             .inputs = {base_key},
                             .input_count = 1,
                             .run = run_derive,
                             .operation = "derive",
                             .wants_private =
                                 pf_task_template_makes_private(template, count, CKO_SECRET_KEY),
                             .changes_objects = true},
                    .mechanism = mechanism,
                    .template = template,
                    .count = count,
                    .wants_result = key != NULL};
    self.task.input_count += pf_mechanism_list_keys(mechanism, &self.task.inputs[1]);
    bool is_complete = key != NULL || pf_mechanism_list_made(mechanism, places) > 0;
    rv = is_complete ? pf_task_run(&self.task) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        tell_derived(&self.task, mechanism, key);
    return pf_call_end(&call, rv);
}
