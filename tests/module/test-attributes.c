/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what is remembered of an object whose backend is not to be believed. */
#include "attributes.h"

#include <string.h>

#include "tap.h"

#define LABEL "key"
#define MUCH  4096u

/* How long the label is said to be when it is asked for its length, and when it is read. */
static CK_ULONG said_length;
static CK_ULONG read_length;

void
pf_backend_enter(PfBackend *backend)
{
}

CK_RV
pf_backend_leave(PfBackend *backend, CK_RV rv)
{
    return rv;
}

static CK_RV
get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
                    CK_ULONG count)
{
    CK_RV rv = CKR_OK;
    for (CK_ULONG i = 0; i < count; i++) {
        if (template[i].type != CKA_LABEL) {
            template[i].ulValueLen = (CK_ULONG)-1;
            rv = CKR_ATTRIBUTE_TYPE_INVALID;
        } else if (template[i].pValue == NULL) {
            template[i].ulValueLen = said_length;
        } else {
            memcpy(template[i].pValue, LABEL, strlen(LABEL));
            template[i].ulValueLen = read_length;
        }
    }
    return rv;
}

static CK_FUNCTION_LIST functions = {.C_GetAttributeValue = get_attribute_value};
static PfBackend backend = {.p11 = &functions};

/* The label's length as the host is told it, whose buffer is long enough for all; -1: none. */
static CK_ULONG
get_length(CK_ULONG said, CK_ULONG read, CK_RV *ret_rv)
{
    static char value[2 * MUCH];
    CK_ATTRIBUTE label = {CKA_LABEL, value, sizeof value};
    PfAttributes *attributes = NULL;
    said_length = said;
    read_length = read;
    if (!CHECK(pf_attributes_read(&backend, 1, 1, &attributes) == CKR_OK))
        return 0;
    *ret_rv = pf_attributes_get(attributes, &label, 1);
    pf_attributes_unref(attributes);
    return label.ulValueLen;
}

int
main(void)
{
    CK_RV rv;
    CK_ULONG good = strlen(LABEL);
    CHECK(get_length(good, good, &rv) == good && rv == CKR_OK);
    CHECK(get_length(MUCH, good, &rv) == good && rv == CKR_OK);
    CHECK(get_length(good, MUCH, &rv) == (CK_ULONG)-1 && rv == CKR_ATTRIBUTE_TYPE_INVALID);
    CHECK(get_length(good, (CK_ULONG)-1, &rv) == (CK_ULONG)-1 && rv == CKR_ATTRIBUTE_TYPE_INVALID);
    CHECK(get_length((CK_ULONG)-2, MUCH, &rv) == (CK_ULONG)-1 && rv == CKR_ATTRIBUTE_TYPE_INVALID);
    return pf_tap_done();
}
