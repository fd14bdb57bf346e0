/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAttributes: read once in a window, then answered from memory. */
#include "attributes.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Of PKCS#11 3.0, which the header of 2.40 lacks. */
#define PF_CKA_UNIQUE_ID       0x00000004UL
#define PF_CKA_PUBLIC_KEY_INFO 0x00000129UL

/* Everything that is remembered; identity says which tell one object from another. */
static const struct {
    CK_ATTRIBUTE_TYPE type;
    bool is_identity;
} known[] = {
    {CKA_CLASS, true},
    {CKA_TOKEN, true},
    {CKA_PRIVATE, true},
    {CKA_LABEL, true},
    {CKA_ID, true},
    {CKA_KEY_TYPE, true},
    {CKA_MODULUS, true},
    {CKA_EC_PARAMS, true},
    {CKA_EC_POINT, true},
    {CKA_CERTIFICATE_TYPE, true},
    {CKA_ISSUER, true},
    {CKA_SERIAL_NUMBER, true},
    {CKA_OBJECT_ID, true},
    {CKA_APPLICATION, true},
    {PF_CKA_UNIQUE_ID, true},
    {CKA_CHECK_VALUE, true},
    {CKA_SUBJECT, false},
    {CKA_MODIFIABLE, false},
    {CKA_COPYABLE, false},
    {CKA_DESTROYABLE, false},
    {CKA_TRUSTED, false},
    {CKA_CERTIFICATE_CATEGORY, false},
    {CKA_SENSITIVE, false},
    {CKA_EXTRACTABLE, false},
    {CKA_ALWAYS_SENSITIVE, false},
    {CKA_NEVER_EXTRACTABLE, false},
    {CKA_LOCAL, false},
    {CKA_ENCRYPT, false},
    {CKA_DECRYPT, false},
    {CKA_WRAP, false},
    {CKA_UNWRAP, false},
    {CKA_SIGN, false},
    {CKA_SIGN_RECOVER, false},
    {CKA_VERIFY, false},
    {CKA_VERIFY_RECOVER, false},
    {CKA_DERIVE, false},
    {CKA_START_DATE, false},
    {CKA_END_DATE, false},
    {CKA_MODULUS_BITS, false},
    {CKA_PUBLIC_EXPONENT, false},
    {CKA_PRIME, false},
    {CKA_SUBPRIME, false},
    {CKA_BASE, false},
    {CKA_VALUE_LEN, false},
    {CKA_KEY_GEN_MECHANISM, false},
    {CKA_ALWAYS_AUTHENTICATE, false},
    {CKA_WRAP_WITH_TRUSTED, false},
    {CKA_ALLOWED_MECHANISMS, false},
    {PF_CKA_PUBLIC_KEY_INFO, false},
};

#define KNOWN_COUNT (sizeof known / sizeof *known)

/* None of them is nearly as long: what a backend says is longer it cannot have. */
#define VALUE_MAX ((CK_ULONG)1024 * 1024)

struct PfAttributes {
    atomic_uint references;
    CK_ATTRIBUTE values[KNOWN_COUNT]; /* ulValueLen -1: not there, and `missing` says why */
    CK_RV missing[KNOWN_COUNT];
    unsigned char *memory;
    size_t size; /* of memory */
    char *label;
};

static const CK_ATTRIBUTE *
find(const PfAttributes *attributes, CK_ATTRIBUTE_TYPE type, CK_RV *ret_missing)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (known[i].type == type) {
            if (ret_missing != NULL)
                *ret_missing = attributes->missing[i];
            return &attributes->values[i];
        }
    }
    return NULL;
}

static bool
is_answer(CK_RV rv)
{
    return rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID;
}

/* Asks for the lengths of all; for those that are not there, why. */
static CK_RV
read_lengths(PfAttributes *attributes, PfBackend *backend, CK_SESSION_HANDLE real,
             CK_OBJECT_HANDLE object)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        attributes->values[i] = (CK_ATTRIBUTE){known[i].type, NULL, 0};
    CK_RV rv = PF_BACKEND_CALL(backend, C_GetAttributeValue, real, object, attributes->values,
                               KNOWN_COUNT);
    for (size_t i = 0; i < KNOWN_COUNT && is_answer(rv); i++) {
        if (attributes->values[i].ulValueLen <= VALUE_MAX)
            continue;
        attributes->values[i].ulValueLen = (CK_ULONG)-1;
        attributes->missing[i] = CKR_ATTRIBUTE_TYPE_INVALID;
        if (rv == CKR_ATTRIBUTE_SENSITIVE) {
            CK_ATTRIBUTE one = {known[i].type, NULL, 0};
            attributes->missing[i] =
                PF_BACKEND_CALL(backend, C_GetAttributeValue, real, object, &one, 1);
        }
    }
    return is_answer(rv) ? CKR_OK : rv;
}

/* The value has LENGTH now: one that is longer than its room was not written there. */
static void
take_length(PfAttributes *attributes, size_t at, CK_ULONG length)
{
    bool is_there = length <= attributes->values[at].ulValueLen;
    attributes->values[at].ulValueLen = is_there ? length : (CK_ULONG)-1;
    if (!is_there)
        attributes->missing[at] = CKR_ATTRIBUTE_TYPE_INVALID;
}

/* Reads what has a length, all in one block of memory. */
static CK_RV
read_values(PfAttributes *attributes, PfBackend *backend, CK_SESSION_HANDLE real,
            CK_OBJECT_HANDLE object)
{
    CK_ATTRIBUTE wanted[KNOWN_COUNT];
    CK_ULONG count = 0;
    size_t total = 0;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (attributes->values[i].ulValueLen != (CK_ULONG)-1)
            total += (attributes->values[i].ulValueLen + 15) & ~(size_t)15;
    }
    attributes->size = total;
    attributes->memory = malloc(total + 1);
    if (attributes->memory == NULL)
        return CKR_HOST_MEMORY;
    size_t at = 0;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        CK_ATTRIBUTE *value = &attributes->values[i];
        if (value->ulValueLen == (CK_ULONG)-1)
            continue;
        value->pValue = attributes->memory + at;
        at += (value->ulValueLen + 15) & ~(size_t)15;
        wanted[count++] = *value;
    }
    CK_RV rv = PF_BACKEND_CALL(backend, C_GetAttributeValue, real, object, wanted, count);
    CK_ULONG next = 0;
    for (size_t i = 0; i < KNOWN_COUNT && rv == CKR_OK; i++) {
        if (attributes->values[i].ulValueLen != (CK_ULONG)-1)
            take_length(attributes, i, wanted[next++].ulValueLen);
    }
    return rv;
}

static void
copy_label(PfAttributes *attributes)
{
    const CK_ATTRIBUTE *label = find(attributes, CKA_LABEL, NULL);
    if (label->ulValueLen != (CK_ULONG)-1 && label->ulValueLen > 0)
        attributes->label = strndup(label->pValue, label->ulValueLen);
}

CK_RV
pf_attributes_read(PfBackend *backend, CK_SESSION_HANDLE real, CK_OBJECT_HANDLE object,
                   PfAttributes **ret_attributes)
{
    PfAttributes *attributes = calloc(1, sizeof *attributes);
    if (attributes == NULL)
        return CKR_HOST_MEMORY;
    atomic_init(&attributes->references, 1);
    CK_RV rv = read_lengths(attributes, backend, real, object);
    if (rv == CKR_OK)
        rv = read_values(attributes, backend, real, object);
    if (rv != CKR_OK) {
        pf_attributes_unref(attributes);
        return rv;
    }
    copy_label(attributes);
    *ret_attributes = attributes;
    return CKR_OK;
}

PfAttributes *
pf_attributes_ref(PfAttributes *attributes)
{
    if (attributes != NULL)
        atomic_fetch_add(&attributes->references, 1);
    return attributes;
}

void
pf_attributes_unref(PfAttributes *attributes)
{
    if (attributes == NULL || atomic_fetch_sub(&attributes->references, 1) != 1)
        return;
    free(attributes->memory);
    free(attributes->label);
    free(attributes);
}

bool
pf_attributes_cover(const PfAttributes *attributes, const CK_ATTRIBUTE *template, CK_ULONG count)
{
    for (CK_ULONG i = 0; i < count; i++) {
        if (find(attributes, template[i].type, NULL) == NULL)
            return false;
    }
    return true;
}

/* Of several complaints the one that SoftHSM and OpenSC tell: what cannot be had comes before what
 * does not fit. The specification leaves it open. */
static CK_RV
get_worse(CK_RV a, CK_RV b)
{
    static const CK_RV order[] = {CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID,
                                  CKR_BUFFER_TOO_SMALL};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (a == order[i] || b == order[i])
            return order[i];
    }
    return a != CKR_OK ? a : b;
}

CK_RV
pf_attributes_get(const PfAttributes *attributes, CK_ATTRIBUTE *template, CK_ULONG count)
{
    CK_RV rv = CKR_OK;
    for (CK_ULONG i = 0; i < count; i++) {
        CK_RV missing;
        const CK_ATTRIBUTE *value = find(attributes, template[i].type, &missing);
        if (value->ulValueLen == (CK_ULONG)-1) {
            template[i].ulValueLen = (CK_ULONG)-1;
            rv = get_worse(rv, missing);
        } else if (template[i].pValue == NULL) {
            template[i].ulValueLen = value->ulValueLen;
        } else if (template[i].ulValueLen < value->ulValueLen) {
            template[i].ulValueLen = (CK_ULONG)-1;
            rv = get_worse(rv, CKR_BUFFER_TOO_SMALL);
        } else {
            memcpy(template[i].pValue, value->pValue, value->ulValueLen);
            template[i].ulValueLen = value->ulValueLen;
        }
    }
    return rv;
}

static bool
is_equal(const CK_ATTRIBUTE *value, const CK_ATTRIBUTE *wanted)
{
    /* One that the object lacks has no value that could be equal. */
    if (value->ulValueLen == (CK_ULONG)-1 || value->ulValueLen != wanted->ulValueLen)
        return false;
    return value->ulValueLen == 0 ||
           (wanted->pValue != NULL &&
            memcmp(value->pValue, wanted->pValue, value->ulValueLen) == 0);
}

PfMatch
pf_attributes_match(const PfAttributes *attributes, const CK_ATTRIBUTE *template, CK_ULONG count)
{
    PfMatch match = PF_MATCH_FULL;
    for (CK_ULONG i = 0; i < count; i++) {
        const CK_ATTRIBUTE *value = find(attributes, template[i].type, NULL);
        if (value == NULL)
            match = PF_MATCH_UNKNOWN;
        else if (!is_equal(value, &template[i]))
            return PF_MATCH_NONE;
    }
    return match;
}

bool
pf_attributes_same_identity(const PfAttributes *a, const PfAttributes *b)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        const CK_ATTRIBUTE *left = &a->values[i];
        const CK_ATTRIBUTE *right = &b->values[i];
        if (!known[i].is_identity)
            continue;
        if (left->ulValueLen != right->ulValueLen)
            return false;
        if (left->ulValueLen != (CK_ULONG)-1 && left->ulValueLen > 0 &&
            memcmp(left->pValue, right->pValue, left->ulValueLen) != 0)
            return false;
    }
    return true;
}

/* Asks for as much as is expected of each: what is longer does not fit, what is shorter says so. */
static CK_ULONG
fill_expected(const PfAttributes *attributes, unsigned char *room, CK_ATTRIBUTE *wanted)
{
    CK_ULONG count = 0;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        const CK_ATTRIBUTE *value = &attributes->values[i];
        if (!known[i].is_identity)
            continue;
        wanted[count] = (CK_ATTRIBUTE){known[i].type, NULL, 0};
        if (value->ulValueLen != (CK_ULONG)-1) {
            wanted[count].pValue = room;
            wanted[count].ulValueLen = value->ulValueLen;
            room += (value->ulValueLen + 15) & ~(size_t)15;
        }
        count++;
    }
    return count;
}

static bool
is_as_expected(const PfAttributes *attributes, const CK_ATTRIBUTE *got)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        const CK_ATTRIBUTE *value = &attributes->values[i];
        if (!known[i].is_identity)
            continue;
        if (got->ulValueLen != value->ulValueLen)
            return false;
        if (value->ulValueLen != (CK_ULONG)-1 && value->ulValueLen > 0 &&
            memcmp(got->pValue, value->pValue, value->ulValueLen) != 0)
            return false;
        got++;
    }
    return true;
}

CK_RV
pf_attributes_check_identity(const PfAttributes *attributes, PfBackend *backend,
                             CK_SESSION_HANDLE real, CK_OBJECT_HANDLE object, bool *ret_is_same)
{
    CK_ATTRIBUTE wanted[KNOWN_COUNT];
    unsigned char *room = malloc(attributes->size + 1);
    if (room == NULL)
        return CKR_HOST_MEMORY;
    CK_ULONG count = fill_expected(attributes, room, wanted);
    CK_RV rv = PF_BACKEND_CALL(backend, C_GetAttributeValue, real, object, wanted, count);
    *ret_is_same = is_answer(rv) && is_as_expected(attributes, wanted);
    free(room);
    return CKR_OK;
}

/* Adds the attribute, unless it is empty: that says nothing, and some backends do not match it. */
static bool
add_telling(const PfAttributes *attributes, CK_ATTRIBUTE_TYPE type, CK_ATTRIBUTE *template,
            CK_ULONG *count)
{
    const CK_ATTRIBUTE *value = find(attributes, type, NULL);
    bool is_telling = value->ulValueLen != (CK_ULONG)-1 && value->ulValueLen > 0;
    if (is_telling)
        template[(*count)++] = *value;
    return is_telling;
}

CK_ULONG
pf_attributes_fill_search(const PfAttributes *attributes, CK_ATTRIBUTE *template,
                          bool *ret_has_component)
{
    CK_ULONG count = 0;
    template[count++] = *find(attributes, CKA_CLASS, NULL);
    *ret_has_component = add_telling(attributes, CKA_MODULUS, template, &count) ||
                         add_telling(attributes, CKA_EC_POINT, template, &count);
    add_telling(attributes, PF_CKA_UNIQUE_ID, template, &count);
    add_telling(attributes, CKA_ID, template, &count);
    add_telling(attributes, CKA_LABEL, template, &count);
    return count;
}

const char *
pf_attributes_get_label(const PfAttributes *attributes)
{
    return attributes->label;
}

bool
pf_attributes_always_authenticate(const PfAttributes *attributes)
{
    const CK_ATTRIBUTE *value = find(attributes, CKA_ALWAYS_AUTHENTICATE, NULL);
    return value->ulValueLen == sizeof(CK_BBOOL) && *(const CK_BBOOL *)value->pValue != CK_FALSE;
}
