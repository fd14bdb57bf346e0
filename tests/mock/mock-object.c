/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Holds the mock token's objects. */
#include "mock-object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PfMockObject objects[PF_MOCK_MAX_OBJECTS];
static CK_OBJECT_HANDLE next_handle = 1;
static unsigned long n_logins;

void
pf_mock_object_set(PfMockObject *object, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG size)
{
    CK_ATTRIBUTE *attribute = (CK_ATTRIBUTE *)pf_mock_object_find(object, type);

    if (attribute == NULL) {
        if (object->n_attributes == PF_MOCK_MAX_ATTRIBUTES)
            abort();
        attribute = &object->attributes[object->n_attributes++];
        attribute->type = type;
        attribute->pValue = NULL;
    }
    free(attribute->pValue);
    attribute->pValue = malloc(size + 1);
    if (attribute->pValue == NULL)
        abort();
    if (size > 0)
        memcpy(attribute->pValue, value, size);
    attribute->ulValueLen = size;
}

const CK_ATTRIBUTE *
pf_mock_object_find(const PfMockObject *object, CK_ATTRIBUTE_TYPE type)
{
    for (CK_ULONG i = 0; i < object->n_attributes; i++) {
        if (object->attributes[i].type == type)
            return &object->attributes[i];
    }
    return NULL;
}

CK_ULONG
pf_mock_object_number(const PfMockObject *object, CK_ATTRIBUTE_TYPE type)
{
    const CK_ATTRIBUTE *attribute = pf_mock_object_find(object, type);
    CK_ULONG number = 0;

    if (attribute != NULL && attribute->ulValueLen == sizeof(number))
        memcpy(&number, attribute->pValue, sizeof(number));
    return number;
}

bool
pf_mock_object_is(const PfMockObject *object, CK_ATTRIBUTE_TYPE type)
{
    const CK_ATTRIBUTE *attribute = pf_mock_object_find(object, type);

    return attribute != NULL && attribute->ulValueLen == 1 && *(CK_BBOOL *)attribute->pValue;
}

static PfMockObject *
allocate(CK_SESSION_HANDLE session)
{
    for (int i = 0; i < PF_MOCK_MAX_OBJECTS; i++) {
        if (objects[i].used)
            continue;
        memset(&objects[i], 0, sizeof(objects[i]));
        objects[i].used = true;
        objects[i].handle = next_handle++;
        objects[i].session = session;
        return &objects[i];
    }
    return NULL;
}

PfMockObject *
pf_mock_object_create(const PfMockObject *base, const CK_ATTRIBUTE *attributes, CK_ULONG count,
                      CK_SESSION_HANDLE session)
{
    PfMockObject *object = allocate(session);

    for (CK_ULONG i = 0; object != NULL && base != NULL && i < base->n_attributes; i++)
        pf_mock_object_set(object, base->attributes[i].type, base->attributes[i].pValue,
                           base->attributes[i].ulValueLen);
    for (CK_ULONG i = 0; object != NULL && i < count; i++)
        pf_mock_object_set(object, attributes[i].type, attributes[i].pValue,
                           attributes[i].ulValueLen);
    return object;
}

void
pf_mock_object_destroy(PfMockObject *object)
{
    for (CK_ULONG i = 0; i < object->n_attributes; i++)
        free(object->attributes[i].pValue);
    memset(object, 0, sizeof(*object));
}

__attribute__((destructor)) static void
destroy_all(void)
{
    for (int i = 0; i < PF_MOCK_MAX_OBJECTS; i++)
        pf_mock_object_destroy(&objects[i]);
}

static PfMockObject *
add(CK_OBJECT_CLASS class, const char *label, CK_BYTE id, CK_BBOOL is_private)
{
    PfMockObject *object = allocate(0);
    CK_BBOOL truth = CK_TRUE;

    pf_mock_object_set(object, CKA_CLASS, &class, sizeof(class));
    pf_mock_object_set(object, CKA_TOKEN, &truth, 1);
    pf_mock_object_set(object, CKA_PRIVATE, &is_private, 1);
    pf_mock_object_set(object, CKA_LABEL, label, strlen(label));
    if (class != CKO_DATA)
        pf_mock_object_set(object, CKA_ID, &id, 1);
    return object;
}

static void
set_truth(PfMockObject *object, CK_ATTRIBUTE_TYPE type, CK_BBOOL truth)
{
    pf_mock_object_set(object, type, &truth, 1);
}

static void
add_key_attributes(PfMockObject *object, CK_KEY_TYPE type)
{
    static const CK_BYTE modulus[128] = {0xc5, 0x01, 0x02, 0x03, [127] = 0x0b};
    static const CK_BYTE exponent[] = {0x01, 0x00, 0x01};

    pf_mock_object_set(object, CKA_KEY_TYPE, &type, sizeof(type));
    if (type == CKK_RSA) {
        pf_mock_object_set(object, CKA_MODULUS, modulus, sizeof(modulus));
        pf_mock_object_set(object, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
    }
}

static void
add_private_key(const char *label, CK_BYTE id, CK_BBOOL always_authenticate)
{
    PfMockObject *object = add(CKO_PRIVATE_KEY, label, id, CK_TRUE);

    add_key_attributes(object, CKK_RSA);
    pf_mock_object_set(object, CKA_PRIVATE_EXPONENT, "not to be read", 14);
    set_truth(object, CKA_SENSITIVE, CK_TRUE);
    set_truth(object, CKA_EXTRACTABLE, CK_FALSE);
    set_truth(object, CKA_SIGN, CK_TRUE);
    set_truth(object, CKA_DECRYPT, CK_TRUE);
    set_truth(object, CKA_ALWAYS_AUTHENTICATE, always_authenticate);
}

/* That of the script; without one, what nobody takes for a certificate. */
static size_t
read_certificate(const PfMockScript *script, CK_BYTE id, char *ret_value, size_t size)
{
    if (script->certificate[0] == '\0')
        return (size_t)snprintf(ret_value, size, "certificate %u of %s", id, script->serial);
    char path[sizeof(script->certificate) + 8];
    snprintf(path, sizeof(path), "%s.%u", script->certificate, id);
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(ret_value, 1, size, file) : 0;
    if (length == 0) {
        fprintf(stderr, "mock-backend: %s cannot be read\n", path);
        abort();
    }
    fclose(file);
    return length;
}

static void
add_public_pair(const char *label, CK_BYTE id, const PfMockScript *script)
{
    PfMockObject *certificate = add(CKO_CERTIFICATE, label, id, CK_FALSE);
    PfMockObject *key = add(CKO_PUBLIC_KEY, label, id, CK_FALSE);
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    char value[2048];
    size_t length = read_certificate(script, id, value, sizeof(value));

    pf_mock_object_set(certificate, CKA_CERTIFICATE_TYPE, &type, sizeof(type));
    pf_mock_object_set(certificate, CKA_VALUE, value, length);
    add_key_attributes(key, CKK_RSA);
    set_truth(key, CKA_VERIFY, CK_TRUE);
    set_truth(key, CKA_ENCRYPT, CK_TRUE);
}

void
pf_mock_objects_reset(const PfMockScript *script)
{
    PfMockObject *object;

    for (int i = 0; i < PF_MOCK_MAX_OBJECTS; i++)
        pf_mock_object_destroy(&objects[i]);
    add_public_pair("signing key", 1, script);
    add_private_key("signing key", 1, CK_FALSE);
    add_public_pair("always key", 2, script);
    add_private_key("always key", 2, CK_TRUE);
    object = add(CKO_SECRET_KEY, "secret key", 3, CK_TRUE);
    add_key_attributes(object, CKK_AES);
    pf_mock_object_set(object, CKA_VALUE, "0123456789abcdef", 16);
    set_truth(object, CKA_SENSITIVE, CK_TRUE);
    set_truth(object, CKA_ENCRYPT, CK_TRUE);
    set_truth(object, CKA_DECRYPT, CK_TRUE);
    object = add(CKO_DATA, "public note", 0, CK_FALSE);
    pf_mock_object_set(object, CKA_VALUE, "anyone may read this", 20);
    object = add(CKO_DATA, "private note", 0, CK_TRUE);
    pf_mock_object_set(object, CKA_VALUE, "for the user alone", 18);
    if (script->twins)
        add_private_key("signing key", 1, CK_FALSE);
}

void
pf_mock_objects_renumber(const PfMockScript *script)
{
    CK_OBJECT_HANDLE first = 0;
    PfMockObject *previous = NULL;

    n_logins++;
    if (n_logins == 1 || script->handles == PF_MOCK_HANDLES_STABLE)
        return;
    for (int i = 0; i < PF_MOCK_MAX_OBJECTS; i++) {
        PfMockObject *object = &objects[i];

        if (!object->used || !pf_mock_object_is(object, CKA_PRIVATE))
            continue;
        if (script->handles == PF_MOCK_HANDLES_FRESH) {
            object->handle = next_handle++;
        } else {
            /* Each takes the handle of the next one: old handles name other objects. */
            if (previous == NULL)
                first = object->handle;
            else
                previous->handle = object->handle;
            previous = object;
        }
    }
    if (previous != NULL)
        previous->handle = first;
}

void
pf_mock_objects_drop(CK_SESSION_HANDLE session, bool only_private)
{
    for (int i = 0; i < PF_MOCK_MAX_OBJECTS; i++) {
        PfMockObject *object = &objects[i];

        if (object->used && object->session != 0 && (session == 0 || object->session == session) &&
            (!only_private || pf_mock_object_is(object, CKA_PRIVATE)))
            pf_mock_object_destroy(object);
    }
}

PfMockObject *
pf_mock_object_get_at(unsigned int index, bool logged_in)
{
    PfMockObject *object = &objects[index];

    if (!object->used || (!logged_in && pf_mock_object_is(object, CKA_PRIVATE)))
        return NULL;
    return object;
}

PfMockObject *
pf_mock_object_get(CK_OBJECT_HANDLE handle, bool logged_in)
{
    for (unsigned int i = 0; i < PF_MOCK_MAX_OBJECTS; i++) {
        PfMockObject *object = pf_mock_object_get_at(i, logged_in);

        if (object != NULL && object->handle == handle)
            return object;
    }
    return NULL;
}

bool
pf_mock_object_matches(const PfMockObject *object, const CK_ATTRIBUTE *attributes, CK_ULONG count)
{
    for (CK_ULONG i = 0; i < count; i++) {
        const CK_ATTRIBUTE *own = pf_mock_object_find(object, attributes[i].type);

        if (own == NULL || own->ulValueLen != attributes[i].ulValueLen ||
            memcmp(own->pValue, attributes[i].pValue, own->ulValueLen) != 0)
            return false;
    }
    return true;
}
