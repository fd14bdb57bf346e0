/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The calls of the PKCS#11 2.40 function list in one table, for modules that treat all alike. */
#pragma once

#include <p11-kit/pkcs11.h>

/*
 * X(name, (parameters), (arguments), format, values): the C_ function @name; @format and @values
 * are for printf and say what of the call is worth a line in a log. Never a PIN, never data.
 * C_GetFunctionList is not in the list: who makes a list answers it himself.
 */
/* clang-format off */
#define PF_P11_CALLS(X)                                                                            \
    X(Initialize, (void *args), (args), "")                                                        \
    X(Finalize, (void *reserved), (reserved), "")                                                  \
    X(GetInfo, (CK_INFO *info), (info), "")                                                        \
    X(GetSlotList, (CK_BBOOL token_present, CK_SLOT_ID *slot_list, CK_ULONG *count),               \
      (token_present, slot_list, count), "")                                                       \
    X(GetSlotInfo, (CK_SLOT_ID slot_id, CK_SLOT_INFO *info), (slot_id, info), " slot=%lu",         \
      slot_id)                                                                                     \
    X(GetTokenInfo, (CK_SLOT_ID slot_id, CK_TOKEN_INFO *info), (slot_id, info), " slot=%lu",       \
      slot_id)                                                                                     \
    X(WaitForSlotEvent, (CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved), (flags, slot,          \
      reserved), " flags=%lu", flags)                                                              \
    X(GetMechanismList, (CK_SLOT_ID slot_id, CK_MECHANISM_TYPE *mechanism_list, CK_ULONG *count),  \
      (slot_id, mechanism_list, count), " slot=%lu", slot_id)                                      \
    X(GetMechanismInfo, (CK_SLOT_ID slot_id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info),     \
      (slot_id, type, info), " slot=%lu", slot_id)                                                 \
    X(InitToken, (CK_SLOT_ID slot_id, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *label), (slot_id,   \
      pin, pin_len, label), " slot=%lu", slot_id)                                                  \
    X(InitPIN, (CK_SESSION_HANDLE session, CK_BYTE *pin, CK_ULONG pin_len), (session, pin,         \
      pin_len), " session=%lu", session)                                                           \
    X(SetPIN, (CK_SESSION_HANDLE session, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,    \
      CK_ULONG new_len), (session, old_pin, old_len, new_pin, new_len), " session=%lu", session)   \
    X(OpenSession, (CK_SLOT_ID slot_id, CK_FLAGS flags, void *application, CK_NOTIFY notify,       \
      CK_SESSION_HANDLE *session), (slot_id, flags, application, notify, session),                 \
      " slot=%lu flags=%lu", slot_id, flags)                                                       \
    X(CloseSession, (CK_SESSION_HANDLE session), (session), " session=%lu", session)               \
    X(CloseAllSessions, (CK_SLOT_ID slot_id), (slot_id), " slot=%lu", slot_id)                     \
    X(GetSessionInfo, (CK_SESSION_HANDLE session, CK_SESSION_INFO *info), (session, info),         \
      " session=%lu", session)                                                                     \
    X(GetOperationState, (CK_SESSION_HANDLE session, CK_BYTE *operation_state, CK_ULONG            \
      *operation_state_len), (session, operation_state, operation_state_len), " session=%lu",      \
      session)                                                                                     \
    X(SetOperationState, (CK_SESSION_HANDLE session, CK_BYTE *operation_state, CK_ULONG            \
      operation_state_len, CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key),  \
      (session, operation_state, operation_state_len, encryption_key, authentication_key),         \
      " session=%lu", session)                                                                     \
    X(Login, (CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_BYTE *pin, CK_ULONG pin_len),  \
      (session, user_type, pin, pin_len), " session=%lu user=%lu", session, user_type)             \
    X(Logout, (CK_SESSION_HANDLE session), (session), " session=%lu", session)                     \
    X(CreateObject, (CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG count,               \
      CK_OBJECT_HANDLE *object), (session, templ, count, object), " session=%lu", session)         \
    X(CopyObject, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,        \
      CK_ULONG count, CK_OBJECT_HANDLE *new_object), (session, object, templ, count, new_object),  \
      " session=%lu object=%lu", session, object)                                                  \
    X(DestroyObject, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object), (session, object),      \
      " session=%lu object=%lu", session, object)                                                  \
    X(GetObjectSize, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ULONG *size),         \
      (session, object, size), " session=%lu object=%lu", session, object)                         \
    X(GetAttributeValue, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE         \
      *templ, CK_ULONG count), (session, object, templ, count), " session=%lu object=%lu",         \
      session, object)                                                                             \
    X(SetAttributeValue, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE         \
      *templ, CK_ULONG count), (session, object, templ, count), " session=%lu object=%lu",         \
      session, object)                                                                             \
    X(FindObjectsInit, (CK_SESSION_HANDLE session, CK_ATTRIBUTE *templ, CK_ULONG count),           \
      (session, templ, count), " session=%lu", session)                                            \
    X(FindObjects, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *object, CK_ULONG                  \
      max_object_count, CK_ULONG *object_count), (session, object, max_object_count,               \
      object_count), " session=%lu", session)                                                      \
    X(FindObjectsFinal, (CK_SESSION_HANDLE session), (session), " session=%lu", session)           \
    X(EncryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key),     \
      (session, mechanism, key), " session=%lu object=%lu", session, key)                          \
    X(Encrypt, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE               \
      *encrypted_data, CK_ULONG *encrypted_data_len), (session, data, data_len, encrypted_data,    \
      encrypted_data_len), " session=%lu", session)                                                \
    X(EncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len, CK_BYTE         \
      *encrypted_part, CK_ULONG *encrypted_part_len), (session, part, part_len, encrypted_part,    \
      encrypted_part_len), " session=%lu", session)                                                \
    X(EncryptFinal, (CK_SESSION_HANDLE session, CK_BYTE *last_encrypted_part, CK_ULONG             \
      *last_encrypted_part_len), (session, last_encrypted_part, last_encrypted_part_len),          \
      " session=%lu", session)                                                                     \
    X(DecryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key),     \
      (session, mechanism, key), " session=%lu object=%lu", session, key)                          \
    X(Decrypt, (CK_SESSION_HANDLE session, CK_BYTE *encrypted_data, CK_ULONG encrypted_data_len,   \
      CK_BYTE *data, CK_ULONG *data_len), (session, encrypted_data, encrypted_data_len, data,      \
      data_len), " session=%lu", session)                                                          \
    X(DecryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE *encrypted_part, CK_ULONG                 \
      encrypted_part_len, CK_BYTE *part, CK_ULONG *part_len), (session, encrypted_part,            \
      encrypted_part_len, part, part_len), " session=%lu", session)                                \
    X(DecryptFinal, (CK_SESSION_HANDLE session, CK_BYTE *last_part, CK_ULONG *last_part_len),      \
      (session, last_part, last_part_len), " session=%lu", session)                                \
    X(DigestInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism), (session, mechanism),      \
      " session=%lu", session)                                                                     \
    X(Digest, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *digest,       \
      CK_ULONG *digest_len), (session, data, data_len, digest, digest_len), " session=%lu",        \
      session)                                                                                     \
    X(DigestUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len), (session,       \
      part, part_len), " session=%lu", session)                                                    \
    X(DigestKey, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key), (session, key),                \
      " session=%lu object=%lu", session, key)                                                     \
    X(DigestFinal, (CK_SESSION_HANDLE session, CK_BYTE *digest, CK_ULONG *digest_len), (session,   \
      digest, digest_len), " session=%lu", session)                                                \
    X(SignInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key),        \
      (session, mechanism, key), " session=%lu object=%lu", session, key)                          \
    X(Sign, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,      \
      CK_ULONG *signature_len), (session, data, data_len, signature, signature_len),               \
      " session=%lu", session)                                                                     \
    X(SignUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len), (session, part,   \
      part_len), " session=%lu", session)                                                          \
    X(SignFinal, (CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *signature_len),         \
      (session, signature, signature_len), " session=%lu", session)                                \
    X(SignRecoverInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE       \
      key), (session, mechanism, key), " session=%lu object=%lu", session, key)                    \
    X(SignRecover, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE           \
      *signature, CK_ULONG *signature_len), (session, data, data_len, signature, signature_len),   \
      " session=%lu", session)                                                                     \
    X(VerifyInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key),      \
      (session, mechanism, key), " session=%lu object=%lu", session, key)                          \
    X(Verify, (CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,    \
      CK_ULONG signature_len), (session, data, data_len, signature, signature_len),                \
      " session=%lu", session)                                                                     \
    X(VerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len), (session,       \
      part, part_len), " session=%lu", session)                                                    \
    X(VerifyFinal, (CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len),        \
      (session, signature, signature_len), " session=%lu", session)                                \
    X(VerifyRecoverInit, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE     \
      key), (session, mechanism, key), " session=%lu object=%lu", session, key)                    \
    X(VerifyRecover, (CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len,       \
      CK_BYTE *data, CK_ULONG *data_len), (session, signature, signature_len, data, data_len),     \
      " session=%lu", session)                                                                     \
    X(DigestEncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len, CK_BYTE   \
      *encrypted_part, CK_ULONG *encrypted_part_len), (session, part, part_len, encrypted_part,    \
      encrypted_part_len), " session=%lu", session)                                                \
    X(DecryptDigestUpdate, (CK_SESSION_HANDLE session, CK_BYTE *encrypted_part, CK_ULONG           \
      encrypted_part_len, CK_BYTE *part, CK_ULONG *part_len), (session, encrypted_part,            \
      encrypted_part_len, part, part_len), " session=%lu", session)                                \
    X(SignEncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len, CK_BYTE     \
      *encrypted_part, CK_ULONG *encrypted_part_len), (session, part, part_len, encrypted_part,    \
      encrypted_part_len), " session=%lu", session)                                                \
    X(DecryptVerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE *encrypted_part, CK_ULONG           \
      encrypted_part_len, CK_BYTE *part, CK_ULONG *part_len), (session, encrypted_part,            \
      encrypted_part_len, part, part_len), " session=%lu", session)                                \
    X(GenerateKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE *templ,       \
      CK_ULONG count, CK_OBJECT_HANDLE *key), (session, mechanism, templ, count, key),             \
      " session=%lu", session)                                                                     \
    X(GenerateKeyPair, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_ATTRIBUTE           \
      *public_key_template, CK_ULONG public_key_attribute_count, CK_ATTRIBUTE                      \
      *private_key_template, CK_ULONG private_key_attribute_count, CK_OBJECT_HANDLE *public_key,   \
      CK_OBJECT_HANDLE *private_key), (session, mechanism, public_key_template,                    \
      public_key_attribute_count, private_key_template, private_key_attribute_count, public_key,   \
      private_key), " session=%lu", session)                                                       \
    X(WrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE               \
      wrapping_key, CK_OBJECT_HANDLE key, CK_BYTE *wrapped_key, CK_ULONG *wrapped_key_len),        \
      (session, mechanism, wrapping_key, key, wrapped_key, wrapped_key_len),                       \
      " session=%lu object=%lu object=%lu", session, wrapping_key, key)                            \
    X(UnwrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE             \
      unwrapping_key, CK_BYTE *wrapped_key, CK_ULONG wrapped_key_len, CK_ATTRIBUTE *templ,         \
      CK_ULONG attribute_count, CK_OBJECT_HANDLE *key), (session, mechanism, unwrapping_key,       \
      wrapped_key, wrapped_key_len, templ, attribute_count, key), " session=%lu object=%lu",       \
      session, unwrapping_key)                                                                     \
    X(DeriveKey, (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base_key,   \
      CK_ATTRIBUTE *templ, CK_ULONG attribute_count, CK_OBJECT_HANDLE *key), (session, mechanism,  \
      base_key, templ, attribute_count, key), " session=%lu object=%lu", session, base_key)        \
    X(SeedRandom, (CK_SESSION_HANDLE session, CK_BYTE *seed, CK_ULONG seed_len), (session, seed,   \
      seed_len), " session=%lu", session)                                                          \
    X(GenerateRandom, (CK_SESSION_HANDLE session, CK_BYTE *random_data, CK_ULONG random_len),      \
      (session, random_data, random_len), " session=%lu", session)                                 \
    X(GetFunctionStatus, (CK_SESSION_HANDLE session), (session), " session=%lu", session)          \
    X(CancelFunction, (CK_SESSION_HANDLE session), (session), " session=%lu", session)
/* clang-format on */
