/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOperation: ending in the backend what was begun in a login that another process has ended. A
 * backend that was logged out finishes some operations all the same (facts: SoftHSM). */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define SCRATCH_SIZE 1024u
/* What a backend has kept of a long message may come out at the end. More is no wish to be granted:
 * SoftHSM wants all of the address space for the end of a decryption that was given nothing. */
#define SCRATCH_MAX ((CK_ULONG)256 * 1024 * 1024)

void
pf_operation_void_all(PfCall *call)
{
    PfSession *session = call->session;
    pthread_mutex_lock(&call->slot->lock);
    for (int i = 0; i < PF_OPERATION_COUNT; i++) {
        PfOperation *operation = &session->operations[i];
        operation->is_void = operation->is_void || operation->holds_window;
        if (operation->is_void)
            atomic_store(&session->has_void_operation, true);
    }
    pthread_mutex_unlock(&call->slot->lock);
}

/* Room for what an operation makes; nobody gets it. */
typedef struct {
    CK_BYTE *bytes;
    CK_ULONG length;
} Scratch;

typedef CK_RV (*Ending)(PfCall *call, Scratch *scratch);

static CK_RV
end_signature(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL(call->backend, C_SignFinal, call->real, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_signature_at_once(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_Sign, call->real, &nothing, 1, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_recoverable_signature(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_SignRecover, call->real, &nothing, 1, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_verification(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL(call->backend, C_VerifyFinal, call->real, scratch->bytes, 1);
}

static CK_RV
end_verification_at_once(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_Verify, call->real, &nothing, 1, scratch->bytes, 1);
}

static CK_RV
end_recovering_verification(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_VerifyRecover, call->real, &nothing, 1, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_encryption(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL(call->backend, C_EncryptFinal, call->real, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_encryption_at_once(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_Encrypt, call->real, &nothing, 1, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_decryption(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL(call->backend, C_DecryptFinal, call->real, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_decryption_at_once(PfCall *call, Scratch *scratch)
{
    CK_BYTE nothing = 0;
    return PF_BACKEND_CALL(call->backend, C_Decrypt, call->real, &nothing, 1, scratch->bytes,
                           &scratch->length);
}

static CK_RV
end_message_signing(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL_3_0(call->backend, C_MessageSignFinal, call->real);
}

static CK_RV
end_message_verification(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL_3_0(call->backend, C_MessageVerifyFinal, call->real);
}

static CK_RV
end_message_encryption(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL_3_0(call->backend, C_MessageEncryptFinal, call->real);
}

static CK_RV
end_message_decryption(PfCall *call, Scratch *scratch)
{
    return PF_BACKEND_CALL_3_0(call->backend, C_MessageDecryptFinal, call->real);
}

/* In parts first; mechanisms that know no parts are ended as a whole. */
static const Ending endings[PF_OPERATION_COUNT][2] = {
    [PF_OPERATION_SIGN] = {end_signature, end_signature_at_once},
    [PF_OPERATION_SIGN_RECOVER] = {end_recoverable_signature},
    [PF_OPERATION_VERIFY] = {end_verification, end_verification_at_once},
    [PF_OPERATION_VERIFY_RECOVER] = {end_recovering_verification},
    [PF_OPERATION_ENCRYPT] = {end_encryption, end_encryption_at_once},
    [PF_OPERATION_DECRYPT] = {end_decryption, end_decryption_at_once},
    [PF_OPERATION_MESSAGE_SIGN] = {end_message_signing},
    [PF_OPERATION_MESSAGE_VERIFY] = {end_message_verification},
    [PF_OPERATION_MESSAGE_ENCRYPT] = {end_message_encryption},
    [PF_OPERATION_MESSAGE_DECRYPT] = {end_message_decryption},
};

/* Runs one ending, with as much room as the backend wants, and wipes what came out. */
static void
run_ending(PfCall *call, Ending end)
{
    CK_BYTE bytes[SCRATCH_SIZE];
    Scratch scratch = {bytes, sizeof bytes};
    if (end(call, &scratch) == CKR_BUFFER_TOO_SMALL && scratch.length > sizeof bytes &&
        scratch.length <= SCRATCH_MAX) {
        CK_ULONG size = scratch.length;
        scratch.bytes = malloc(size);
        if (scratch.bytes != NULL) {
            end(call, &scratch);
            explicit_bzero(scratch.bytes, size);
            free(scratch.bytes);
        }
    }
    explicit_bzero(bytes, sizeof bytes);
}

static void
end_in_backend(PfCall *call, int kind)
{
    for (int i = 0; i < 2; i++) {
        if (endings[kind][i] != NULL)
            run_ending(call, endings[kind][i]);
    }
}

/* Takes the mark away. Returns whether it was there. */
static bool
take_void(PfCall *call, PfOperation *operation)
{
    pthread_mutex_lock(&call->slot->lock);
    bool was_void = operation->is_void;
    operation->is_void = false;
    pthread_mutex_unlock(&call->slot->lock);
    return was_void;
}

void
pf_operation_end_void(PfCall *call)
{
    PfSession *session = call->session;
    atomic_store(&session->has_void_operation, false);
    for (int i = 0; i < PF_OPERATION_RESTORED; i++) {
        if (take_void(call, &session->operations[i]))
            end_in_backend(call, i);
    }
    /* Of what was restored the kind is not known. */
    if (take_void(call, &session->operations[PF_OPERATION_RESTORED])) {
        for (int i = 0; i < PF_OPERATION_RESTORED; i++)
            end_in_backend(call, i);
    }
}
