/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What PKCS#11 3.0 adds to 2.40, for systems whose <p11-kit/pkcs11.h> ends there. */
#pragma once

#include "function-list.h"

/* X(name): what the 3.0 list has after the 2.40 functions, in its order. */
#define PF_FUNCTIONS_3_0(X)                                                                        \
    X(C_GetInterfaceList)                                                                          \
    X(C_GetInterface)                                                                              \
    X(C_LoginUser)                                                                                 \
    X(C_SessionCancel)                                                                             \
    X(C_MessageEncryptInit)                                                                        \
    X(C_EncryptMessage)                                                                            \
    X(C_EncryptMessageBegin)                                                                       \
    X(C_EncryptMessageNext)                                                                        \
    X(C_MessageEncryptFinal)                                                                       \
    X(C_MessageDecryptInit)                                                                        \
    X(C_DecryptMessage)                                                                            \
    X(C_DecryptMessageBegin)                                                                       \
    X(C_DecryptMessageNext)                                                                        \
    X(C_MessageDecryptFinal)                                                                       \
    X(C_MessageSignInit)                                                                           \
    X(C_SignMessage)                                                                               \
    X(C_SignMessageBegin)                                                                          \
    X(C_SignMessageNext)                                                                           \
    X(C_MessageSignFinal)                                                                          \
    X(C_MessageVerifyInit)                                                                         \
    X(C_VerifyMessage)                                                                             \
    X(C_VerifyMessageBegin)                                                                        \
    X(C_VerifyMessageNext)                                                                         \
    X(C_MessageVerifyFinal)

/* Not all headers that know the interfaces have it. */
#ifndef CKR_OPERATION_CANCEL_FAILED
#define CKR_OPERATION_CANCEL_FAILED 0x00000202UL
#endif

#ifndef CKF_INTERFACE_FORK_SAFE

#define CKF_INTERFACE_FORK_SAFE 0x00000001UL
#define CKF_END_OF_MESSAGE      0x00000001UL

/* CK_MECHANISM_INFO.flags, and the flags of C_SessionCancel. */
#define CKF_MESSAGE_ENCRYPT 0x00000002UL
#define CKF_MESSAGE_DECRYPT 0x00000004UL
#define CKF_MESSAGE_SIGN    0x00000008UL
#define CKF_MESSAGE_VERIFY  0x00000010UL
#define CKF_MULTI_MESSAGE   0x00000020UL
#define CKF_FIND_OBJECTS    0x00000040UL

typedef struct {
    CK_UTF8CHAR *pInterfaceName;
    void *pFunctionList;
    CK_FLAGS flags;
} CK_INTERFACE;

typedef CK_RV (*CK_C_GetInterfaceList)(CK_INTERFACE *interfaces, CK_ULONG *count);
typedef CK_RV (*CK_C_GetInterface)(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface,
                                   CK_FLAGS flags);
typedef CK_RV (*CK_C_LoginUser)(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin,
                                CK_ULONG pin_len, CK_UTF8CHAR *name, CK_ULONG name_len);
typedef CK_RV (*CK_C_SessionCancel)(CK_SESSION_HANDLE session, CK_FLAGS flags);
typedef CK_RV (*CK_C_MessageEncryptInit)(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                         CK_OBJECT_HANDLE key);
typedef CK_RV (*CK_C_EncryptMessage)(CK_SESSION_HANDLE session, void *parameter,
                                     CK_ULONG parameter_len, CK_BYTE *associated,
                                     CK_ULONG associated_len, CK_BYTE *in, CK_ULONG in_len,
                                     CK_BYTE *out, CK_ULONG *out_len);
typedef CK_RV (*CK_C_EncryptMessageBegin)(CK_SESSION_HANDLE session, void *parameter,
                                          CK_ULONG parameter_len, CK_BYTE *associated,
                                          CK_ULONG associated_len);
typedef CK_RV (*CK_C_EncryptMessageNext)(CK_SESSION_HANDLE session, void *parameter,
                                         CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                         CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags);
typedef CK_RV (*CK_C_MessageEncryptFinal)(CK_SESSION_HANDLE session);
typedef CK_RV (*CK_C_MessageDecryptInit)(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                         CK_OBJECT_HANDLE key);
typedef CK_RV (*CK_C_DecryptMessage)(CK_SESSION_HANDLE session, void *parameter,
                                     CK_ULONG parameter_len, CK_BYTE *associated,
                                     CK_ULONG associated_len, CK_BYTE *in, CK_ULONG in_len,
                                     CK_BYTE *out, CK_ULONG *out_len);
typedef CK_RV (*CK_C_DecryptMessageBegin)(CK_SESSION_HANDLE session, void *parameter,
                                          CK_ULONG parameter_len, CK_BYTE *associated,
                                          CK_ULONG associated_len);
typedef CK_RV (*CK_C_DecryptMessageNext)(CK_SESSION_HANDLE session, void *parameter,
                                         CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                         CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags);
typedef CK_RV (*CK_C_MessageDecryptFinal)(CK_SESSION_HANDLE session);
typedef CK_RV (*CK_C_MessageSignInit)(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                      CK_OBJECT_HANDLE key);
typedef CK_RV (*CK_C_SignMessage)(CK_SESSION_HANDLE session, void *parameter,
                                  CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                  CK_BYTE *out, CK_ULONG *out_len);
typedef CK_RV (*CK_C_SignMessageBegin)(CK_SESSION_HANDLE session, void *parameter,
                                       CK_ULONG parameter_len);
typedef CK_RV (*CK_C_SignMessageNext)(CK_SESSION_HANDLE session, void *parameter,
                                      CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                      CK_BYTE *out, CK_ULONG *out_len);
typedef CK_RV (*CK_C_MessageSignFinal)(CK_SESSION_HANDLE session);
typedef CK_RV (*CK_C_MessageVerifyInit)(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                        CK_OBJECT_HANDLE key);
typedef CK_RV (*CK_C_VerifyMessage)(CK_SESSION_HANDLE session, void *parameter,
                                    CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                    CK_BYTE *signature, CK_ULONG signature_len);
typedef CK_RV (*CK_C_VerifyMessageBegin)(CK_SESSION_HANDLE session, void *parameter,
                                         CK_ULONG parameter_len);
typedef CK_RV (*CK_C_VerifyMessageNext)(CK_SESSION_HANDLE session, void *parameter,
                                        CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,
                                        CK_BYTE *signature, CK_ULONG signature_len);
typedef CK_RV (*CK_C_MessageVerifyFinal)(CK_SESSION_HANDLE session);

typedef struct {
    CK_VERSION version;
#define PF_MEMBER(name) CK_##name name;
    PF_FUNCTIONS(PF_MEMBER)
    PF_FUNCTIONS_3_0(PF_MEMBER)
#undef PF_MEMBER
} CK_FUNCTION_LIST_3_0;

#endif

/* The functions of the module (PKCS#11 3.0, 5). */
CK_RV C_GetInterfaceList(CK_INTERFACE *list, CK_ULONG *count);
CK_RV C_GetInterface(CK_UTF8CHAR *name, CK_VERSION *version, CK_INTERFACE **interface,
                     CK_FLAGS flags);
CK_RV C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG pin_len,
                  CK_UTF8CHAR *name, CK_ULONG name_len);
CK_RV C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags);
CK_RV C_MessageEncryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                           CK_OBJECT_HANDLE key);
CK_RV C_EncryptMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                       CK_BYTE *associated, CK_ULONG associated_len, CK_BYTE *in, CK_ULONG in_len,
                       CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_EncryptMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                            CK_BYTE *associated, CK_ULONG associated_len);
CK_RV C_EncryptMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                           CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len,
                           CK_FLAGS flags);
CK_RV C_MessageEncryptFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageDecryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                           CK_OBJECT_HANDLE key);
CK_RV C_DecryptMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                       CK_BYTE *associated, CK_ULONG associated_len, CK_BYTE *in, CK_ULONG in_len,
                       CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_DecryptMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                            CK_BYTE *associated, CK_ULONG associated_len);
CK_RV C_DecryptMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                           CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len,
                           CK_FLAGS flags);
CK_RV C_MessageDecryptFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageSignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_SignMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len, CK_BYTE *in,
                    CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_SignMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len);
CK_RV C_SignMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                        CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len);
CK_RV C_MessageSignFinal(CK_SESSION_HANDLE session);
CK_RV C_MessageVerifyInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV C_VerifyMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                      CK_BYTE *in, CK_ULONG in_len, CK_BYTE *signature, CK_ULONG signature_len);
CK_RV C_VerifyMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len);
CK_RV C_VerifyMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,
                          CK_BYTE *in, CK_ULONG in_len, CK_BYTE *signature, CK_ULONG signature_len);
CK_RV C_MessageVerifyFinal(CK_SESSION_HANDLE session);
