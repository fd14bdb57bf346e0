/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Symbolic names of PKCS#11 numbers, both ways, from one table. */
#pragma once

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>

/* The X lists: each name once, without its prefix. Numbers that are missing print in hex. */
/* clang-format off */
#define PF_P11_RV_NAMES(X)                                                                         \
    X(CKR, OK) X(CKR, CANCEL) X(CKR, HOST_MEMORY) X(CKR, SLOT_ID_INVALID) X(CKR, GENERAL_ERROR)    \
    X(CKR, FUNCTION_FAILED) X(CKR, ARGUMENTS_BAD) X(CKR, NO_EVENT)                                 \
    X(CKR, NEED_TO_CREATE_THREADS) X(CKR, CANT_LOCK) X(CKR, ATTRIBUTE_READ_ONLY)                   \
    X(CKR, ATTRIBUTE_SENSITIVE) X(CKR, ATTRIBUTE_TYPE_INVALID) X(CKR, ATTRIBUTE_VALUE_INVALID)     \
    X(CKR, ACTION_PROHIBITED) X(CKR, DATA_INVALID) X(CKR, DATA_LEN_RANGE) X(CKR, DEVICE_ERROR)     \
    X(CKR, DEVICE_MEMORY) X(CKR, DEVICE_REMOVED) X(CKR, ENCRYPTED_DATA_INVALID)                    \
    X(CKR, ENCRYPTED_DATA_LEN_RANGE) X(CKR, FUNCTION_CANCELED) X(CKR, FUNCTION_NOT_PARALLEL)       \
    X(CKR, FUNCTION_NOT_SUPPORTED) X(CKR, KEY_HANDLE_INVALID) X(CKR, KEY_SIZE_RANGE)               \
    X(CKR, KEY_TYPE_INCONSISTENT) X(CKR, KEY_NOT_NEEDED) X(CKR, KEY_CHANGED) X(CKR, KEY_NEEDED)    \
    X(CKR, KEY_INDIGESTIBLE) X(CKR, KEY_FUNCTION_NOT_PERMITTED) X(CKR, KEY_NOT_WRAPPABLE)          \
    X(CKR, KEY_UNEXTRACTABLE) X(CKR, MECHANISM_INVALID) X(CKR, MECHANISM_PARAM_INVALID)            \
    X(CKR, OBJECT_HANDLE_INVALID) X(CKR, OPERATION_ACTIVE) X(CKR, OPERATION_NOT_INITIALIZED)       \
    X(CKR, PIN_INCORRECT) X(CKR, PIN_INVALID) X(CKR, PIN_LEN_RANGE) X(CKR, PIN_EXPIRED)            \
    X(CKR, PIN_LOCKED) X(CKR, SESSION_CLOSED) X(CKR, SESSION_COUNT)                                \
    X(CKR, SESSION_HANDLE_INVALID) X(CKR, SESSION_PARALLEL_NOT_SUPPORTED)                          \
    X(CKR, SESSION_READ_ONLY) X(CKR, SESSION_EXISTS) X(CKR, SESSION_READ_ONLY_EXISTS)              \
    X(CKR, SESSION_READ_WRITE_SO_EXISTS) X(CKR, SIGNATURE_INVALID) X(CKR, SIGNATURE_LEN_RANGE)     \
    X(CKR, TEMPLATE_INCOMPLETE) X(CKR, TEMPLATE_INCONSISTENT) X(CKR, TOKEN_NOT_PRESENT)            \
    X(CKR, TOKEN_NOT_RECOGNIZED) X(CKR, TOKEN_WRITE_PROTECTED) X(CKR, UNWRAPPING_KEY_SIZE_RANGE)   \
    X(CKR, UNWRAPPING_KEY_TYPE_INCONSISTENT) X(CKR, USER_ALREADY_LOGGED_IN)                        \
    X(CKR, USER_NOT_LOGGED_IN) X(CKR, USER_PIN_NOT_INITIALIZED) X(CKR, USER_TYPE_INVALID)          \
    X(CKR, USER_ANOTHER_ALREADY_LOGGED_IN) X(CKR, USER_TOO_MANY_TYPES)                             \
    X(CKR, WRAPPED_KEY_INVALID) X(CKR, WRAPPED_KEY_LEN_RANGE)                                      \
    X(CKR, WRAPPING_KEY_HANDLE_INVALID) X(CKR, WRAPPING_KEY_SIZE_RANGE)                            \
    X(CKR, WRAPPING_KEY_TYPE_INCONSISTENT) X(CKR, RANDOM_SEED_NOT_SUPPORTED)                       \
    X(CKR, RANDOM_NO_RNG) X(CKR, DOMAIN_PARAMS_INVALID) X(CKR, CURVE_NOT_SUPPORTED)                \
    X(CKR, BUFFER_TOO_SMALL) X(CKR, SAVED_STATE_INVALID) X(CKR, INFORMATION_SENSITIVE)             \
    X(CKR, STATE_UNSAVEABLE) X(CKR, CRYPTOKI_NOT_INITIALIZED)                                      \
    X(CKR, CRYPTOKI_ALREADY_INITIALIZED) X(CKR, MUTEX_BAD) X(CKR, MUTEX_NOT_LOCKED)                \
    X(CKR, NEW_PIN_MODE) X(CKR, NEXT_OTP) X(CKR, EXCEEDED_MAX_ITERATIONS)                          \
    X(CKR, FIPS_SELF_TEST_FAILED) X(CKR, LIBRARY_LOAD_FAILED) X(CKR, PIN_TOO_WEAK)                 \
    X(CKR, PUBLIC_KEY_INVALID) X(CKR, FUNCTION_REJECTED)

#define PF_P11_ATTRIBUTE_NAMES(X)                                                                  \
    X(CKA, CLASS) X(CKA, TOKEN) X(CKA, PRIVATE) X(CKA, LABEL) X(CKA, APPLICATION) X(CKA, VALUE)    \
    X(CKA, OBJECT_ID) X(CKA, CERTIFICATE_TYPE) X(CKA, ISSUER) X(CKA, SERIAL_NUMBER)                \
    X(CKA, AC_ISSUER) X(CKA, OWNER) X(CKA, ATTR_TYPES) X(CKA, TRUSTED)                             \
    X(CKA, CERTIFICATE_CATEGORY) X(CKA, URL) X(CKA, HASH_OF_SUBJECT_PUBLIC_KEY)                    \
    X(CKA, HASH_OF_ISSUER_PUBLIC_KEY) X(CKA, NAME_HASH_ALGORITHM) X(CKA, CHECK_VALUE)              \
    X(CKA, KEY_TYPE) X(CKA, SUBJECT) X(CKA, ID) X(CKA, SENSITIVE) X(CKA, ENCRYPT)                  \
    X(CKA, DECRYPT) X(CKA, WRAP) X(CKA, UNWRAP) X(CKA, SIGN) X(CKA, SIGN_RECOVER) X(CKA, VERIFY)   \
    X(CKA, VERIFY_RECOVER) X(CKA, DERIVE) X(CKA, START_DATE) X(CKA, END_DATE) X(CKA, MODULUS)      \
    X(CKA, MODULUS_BITS) X(CKA, PUBLIC_EXPONENT) X(CKA, PRIVATE_EXPONENT) X(CKA, PRIME_1)          \
    X(CKA, PRIME_2) X(CKA, EXPONENT_1) X(CKA, EXPONENT_2) X(CKA, COEFFICIENT)                      \
    X(CKA, PUBLIC_KEY_INFO) X(CKA, PRIME) X(CKA, SUBPRIME) X(CKA, BASE) X(CKA, PRIME_BITS)         \
    X(CKA, VALUE_BITS) X(CKA, VALUE_LEN) X(CKA, EXTRACTABLE) X(CKA, LOCAL)                         \
    X(CKA, NEVER_EXTRACTABLE) X(CKA, ALWAYS_SENSITIVE) X(CKA, KEY_GEN_MECHANISM)                   \
    X(CKA, MODIFIABLE) X(CKA, COPYABLE) X(CKA, DESTROYABLE) X(CKA, EC_PARAMS) X(CKA, EC_POINT)     \
    X(CKA, ALWAYS_AUTHENTICATE) X(CKA, WRAP_WITH_TRUSTED) X(CKA, MECHANISM_TYPE)                   \
    X(CKA, WRAP_TEMPLATE) X(CKA, UNWRAP_TEMPLATE) X(CKA, DERIVE_TEMPLATE)                          \
    X(CKA, ALLOWED_MECHANISMS)

#define PF_P11_CLASS_NAMES(X)                                                                      \
    X(CKO, DATA) X(CKO, CERTIFICATE) X(CKO, PUBLIC_KEY) X(CKO, PRIVATE_KEY) X(CKO, SECRET_KEY)     \
    X(CKO, HW_FEATURE) X(CKO, DOMAIN_PARAMETERS) X(CKO, MECHANISM) X(CKO, OTP_KEY)

#define PF_P11_KEY_TYPE_NAMES(X)                                                                   \
    X(CKK, RSA) X(CKK, DSA) X(CKK, DH) X(CKK, EC) X(CKK, GENERIC_SECRET) X(CKK, DES)               \
    X(CKK, DES2) X(CKK, DES3) X(CKK, AES) X(CKK, CAMELLIA) X(CKK, SHA_1_HMAC)                      \
    X(CKK, SHA256_HMAC) X(CKK, SHA384_HMAC) X(CKK, SHA512_HMAC) X(CKK, GOSTR3410)                  \
    X(CKK, EC_EDWARDS)

#define PF_P11_STATE_NAMES(X)                                                                      \
    X(CKS, RO_PUBLIC_SESSION) X(CKS, RO_USER_FUNCTIONS) X(CKS, RW_PUBLIC_SESSION)                  \
    X(CKS, RW_USER_FUNCTIONS) X(CKS, RW_SO_FUNCTIONS)

#define PF_P11_MECHANISM_NAMES(X)                                                                  \
    X(CKM, RSA_PKCS_KEY_PAIR_GEN) X(CKM, RSA_PKCS) X(CKM, RSA_X_509) X(CKM, MD5_RSA_PKCS)          \
    X(CKM, SHA1_RSA_PKCS) X(CKM, RSA_PKCS_OAEP) X(CKM, RSA_PKCS_PSS) X(CKM, SHA1_RSA_PKCS_PSS)     \
    X(CKM, DSA_KEY_PAIR_GEN) X(CKM, DSA_SHA1) X(CKM, DSA_SHA224) X(CKM, DSA_SHA256)                \
    X(CKM, DSA_SHA384) X(CKM, DSA_SHA512) X(CKM, DH_PKCS_KEY_PAIR_GEN) X(CKM, DH_PKCS_DERIVE)      \
    X(CKM, SHA256_RSA_PKCS) X(CKM, SHA384_RSA_PKCS) X(CKM, SHA512_RSA_PKCS)                        \
    X(CKM, SHA256_RSA_PKCS_PSS) X(CKM, SHA384_RSA_PKCS_PSS) X(CKM, SHA512_RSA_PKCS_PSS)            \
    X(CKM, SHA512_224) X(CKM, SHA512_224_HMAC) X(CKM, SHA512_256) X(CKM, SHA512_256_HMAC)          \
    X(CKM, DES_KEY_GEN) X(CKM, DES_ECB) X(CKM, DES_CBC) X(CKM, DES2_KEY_GEN)                       \
    X(CKM, DES3_KEY_GEN) X(CKM, DES3_ECB) X(CKM, DES3_CBC) X(CKM, DES3_CBC_PAD)                    \
    X(CKM, DES3_CMAC) X(CKM, MD5) X(CKM, MD5_HMAC) X(CKM, SHA_1) X(CKM, SHA_1_HMAC)                \
    X(CKM, SHA256) X(CKM, SHA256_HMAC) X(CKM, SHA384) X(CKM, SHA384_HMAC) X(CKM, SHA512)           \
    X(CKM, SHA512_HMAC) X(CKM, GENERIC_SECRET_KEY_GEN) X(CKM, CONCATENATE_BASE_AND_KEY)            \
    X(CKM, CONCATENATE_BASE_AND_DATA) X(CKM, CONCATENATE_DATA_AND_BASE)                            \
    X(CKM, XOR_BASE_AND_DATA) X(CKM, SSL3_PRE_MASTER_KEY_GEN) X(CKM, TLS_PRF)                      \
    X(CKM, MD5_KEY_DERIVATION) X(CKM, EC_KEY_PAIR_GEN) X(CKM, ECDSA) X(CKM, ECDSA_SHA1)            \
    X(CKM, ECDSA_SHA224) X(CKM, ECDSA_SHA256) X(CKM, ECDSA_SHA384) X(CKM, ECDSA_SHA512)            \
    X(CKM, ECDH1_DERIVE) X(CKM, ECDH1_COFACTOR_DERIVE) X(CKM, AES_KEY_GEN) X(CKM, AES_ECB)         \
    X(CKM, AES_CBC) X(CKM, AES_MAC) X(CKM, AES_CBC_PAD) X(CKM, AES_CTR) X(CKM, AES_GCM)            \
    X(CKM, AES_CCM) X(CKM, AES_CMAC) X(CKM, AES_GMAC) X(CKM, DES3_ECB_ENCRYPT_DATA)                \
    X(CKM, DES3_CBC_ENCRYPT_DATA) X(CKM, AES_ECB_ENCRYPT_DATA) X(CKM, AES_CBC_ENCRYPT_DATA)        \
    X(CKM, DSA_PARAMETER_GEN) X(CKM, DH_PKCS_PARAMETER_GEN) X(CKM, SHA224) X(CKM, SHA224_HMAC)     \
    X(CKM, SHA224_RSA_PKCS) X(CKM, SHA224_RSA_PKCS_PSS) X(CKM, CAMELLIA_KEY_GEN)                   \
    X(CKM, CAMELLIA_ECB) X(CKM, CAMELLIA_CBC) X(CKM, CAMELLIA_CBC_PAD)                             \
    X(CKM, CAMELLIA_ECB_ENCRYPT_DATA) X(CKM, CAMELLIA_CBC_ENCRYPT_DATA) X(CKM, AES_KEY_WRAP)       \
    X(CKM, AES_KEY_WRAP_PAD) X(CKM, EC_EDWARDS_KEY_PAIR_GEN) X(CKM, EDDSA)

#define PF_P11_TOKEN_FLAG_NAMES(X)                                                                 \
    X(CKF, RNG) X(CKF, WRITE_PROTECTED) X(CKF, LOGIN_REQUIRED) X(CKF, USER_PIN_INITIALIZED)        \
    X(CKF, RESTORE_KEY_NOT_NEEDED) X(CKF, CLOCK_ON_TOKEN) X(CKF, PROTECTED_AUTHENTICATION_PATH)    \
    X(CKF, DUAL_CRYPTO_OPERATIONS) X(CKF, TOKEN_INITIALIZED) X(CKF, USER_PIN_COUNT_LOW)            \
    X(CKF, USER_PIN_FINAL_TRY) X(CKF, USER_PIN_LOCKED) X(CKF, USER_PIN_TO_BE_CHANGED)              \
    X(CKF, SO_PIN_COUNT_LOW) X(CKF, SO_PIN_FINAL_TRY) X(CKF, SO_PIN_LOCKED)                        \
    X(CKF, SO_PIN_TO_BE_CHANGED)

#define PF_P11_SLOT_FLAG_NAMES(X)                                                                  \
    X(CKF, TOKEN_PRESENT) X(CKF, REMOVABLE_DEVICE) X(CKF, HW_SLOT)

#define PF_P11_SESSION_FLAG_NAMES(X)                                                               \
    X(CKF, RW_SESSION) X(CKF, SERIAL_SESSION)

#define PF_P11_MECHANISM_FLAG_NAMES(X)                                                             \
    X(CKF, HW) X(CKF, ENCRYPT) X(CKF, DECRYPT) X(CKF, DIGEST) X(CKF, SIGN) X(CKF, SIGN_RECOVER)    \
    X(CKF, VERIFY) X(CKF, VERIFY_RECOVER) X(CKF, GENERATE) X(CKF, GENERATE_KEY_PAIR)               \
    X(CKF, WRAP) X(CKF, UNWRAP) X(CKF, DERIVE) X(CKF, EC_F_P) X(CKF, EC_NAMEDCURVE)                \
    X(CKF, EC_UNCOMPRESS) X(CKF, EC_COMPRESS) X(CKF, EXTENSION)

/* clang-format on */

typedef enum {
    PF_P11_RV,
    PF_P11_ATTRIBUTE,
    PF_P11_CLASS,
    PF_P11_KEY_TYPE,
    PF_P11_STATE,
    PF_P11_MECHANISM,
    PF_P11_TOKEN_FLAG,
    PF_P11_SLOT_FLAG,
    PF_P11_SESSION_FLAG,
    PF_P11_MECHANISM_FLAG,
    PF_P11_N_KINDS
} PfP11Kind;

/*
 * The name of @value without its prefix, in static memory; NULL when the table has none.
 * Any thread.
 */
const char *pf_p11_name_get(PfP11Kind kind, unsigned long value);

/*
 * The number for @name: a name of the table with or without its prefix, in any case, or a number
 * in C notation. False, with @ret_value untouched, when it is neither.
 */
bool pf_p11_name_parse(PfP11Kind kind, const char *name, unsigned long *ret_value);

/*
 * Writes the name of @value, with its prefix when @prefixed, or the number in hex, into @buffer.
 * Returns @buffer, always terminated.
 */
const char *pf_p11_name_format(PfP11Kind kind, unsigned long value, bool prefixed, char *buffer,
                               size_t size);

/* Writes the names of the bits of @flags, comma separated, unknown bits in hex. Returns @buffer. */
const char *pf_p11_name_format_flags(PfP11Kind kind, unsigned long flags, char *buffer,
                                     size_t size);
