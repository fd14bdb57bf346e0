/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads attributes and mechanisms from words, and prints attribute values. */
#include "driver-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "p11-name.h"

typedef enum { FORM_BYTES, FORM_TEXT, FORM_BOOL, FORM_NUMBER } Form;

static const struct {
    const char *alias;
    const char *name;
} aliases[] = {{"keytype", "KEY_TYPE"}, {"bits", "MODULUS_BITS"}, {"params", "EC_PARAMS"}};

static Form
get_form(CK_ATTRIBUTE_TYPE type)
{
    switch (type) {
    case CKA_LABEL:
    case CKA_APPLICATION:
    case CKA_URL:
        return FORM_TEXT;
    case CKA_TOKEN:
    case CKA_PRIVATE:
    case CKA_TRUSTED:
    case CKA_SENSITIVE:
    case CKA_ENCRYPT:
    case CKA_DECRYPT:
    case CKA_WRAP:
    case CKA_UNWRAP:
    case CKA_SIGN:
    case CKA_SIGN_RECOVER:
    case CKA_VERIFY:
    case CKA_VERIFY_RECOVER:
    case CKA_DERIVE:
    case CKA_EXTRACTABLE:
    case CKA_LOCAL:
    case CKA_NEVER_EXTRACTABLE:
    case CKA_ALWAYS_SENSITIVE:
    case CKA_MODIFIABLE:
    case CKA_COPYABLE:
    case CKA_DESTROYABLE:
    case CKA_ALWAYS_AUTHENTICATE:
    case CKA_WRAP_WITH_TRUSTED:
        return FORM_BOOL;
    case CKA_CLASS:
    case CKA_KEY_TYPE:
    case CKA_CERTIFICATE_TYPE:
    case CKA_CERTIFICATE_CATEGORY:
    case CKA_MODULUS_BITS:
    case CKA_PRIME_BITS:
    case CKA_VALUE_BITS:
    case CKA_VALUE_LEN:
    case CKA_KEY_GEN_MECHANISM:
    case CKA_NAME_HASH_ALGORITHM:
    case CKA_MECHANISM_TYPE:
        return FORM_NUMBER;
    default:
        return FORM_BYTES;
    }
}

/* The kind of names a number attribute's values have; PF_P11_N_KINDS: none. */
static PfP11Kind
get_kind(CK_ATTRIBUTE_TYPE type)
{
    switch (type) {
    case CKA_CLASS:
        return PF_P11_CLASS;
    case CKA_KEY_TYPE:
        return PF_P11_KEY_TYPE;
    case CKA_KEY_GEN_MECHANISM:
    case CKA_NAME_HASH_ALGORITHM:
    case CKA_MECHANISM_TYPE:
        return PF_P11_MECHANISM;
    default:
        return PF_P11_N_KINDS;
    }
}

static bool
parse_attribute_type(const char *name, CK_ATTRIBUTE_TYPE *ret_type)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcasecmp(name, aliases[i].alias) == 0)
            name = aliases[i].name;
    }
    return pf_p11_name_parse(PF_P11_ATTRIBUTE, name, ret_type);
}

void
pf_driver_template_add(PfDriverTemplate *template, CK_ATTRIBUTE_TYPE type, const void *data,
                       CK_ULONG size)
{
    CK_ATTRIBUTE *attribute;

    template->attributes =
        realloc(template->attributes, (template->count + 1) * sizeof(*template->attributes));
    if (template->attributes == NULL)
        abort();
    attribute = &template->attributes[template->count++];
    attribute->type = type;
    attribute->pValue = NULL;
    attribute->ulValueLen = size;
    if (data != NULL) {
        attribute->pValue = malloc(size + 1);
        if (attribute->pValue == NULL)
            abort();
        memcpy(attribute->pValue, data, size);
    }
}

static bool
add_value(PfDriverTemplate *template, CK_ATTRIBUTE_TYPE type, const char *text)
{
    PfP11Kind kind = get_kind(type);
    PfDriverBytes bytes;
    unsigned long number;
    CK_BBOOL truth;

    /* A length without a value: what a program must not give, and some do. */
    if (strncmp(text, "length:", 7) == 0) {
        pf_driver_template_add(template, type, NULL, (CK_ULONG)strtol(text + 7, NULL, 0));
        return true;
    }
    switch (get_form(type)) {
    case FORM_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            break;
        truth = strcmp(text, "true") == 0;
        pf_driver_template_add(template, type, &truth, sizeof(truth));
        return true;
    case FORM_NUMBER:
        /* Without names of its own a number attribute takes plain numbers, as every table does. */
        if (!pf_p11_name_parse(kind == PF_P11_N_KINDS ? PF_P11_STATE : kind, text, &number))
            break;
        pf_driver_template_add(template, type, &number, sizeof(number));
        return true;
    case FORM_TEXT:
    case FORM_BYTES:
        break;
    }
    if (!pf_driver_bytes_parse(text, get_form(type) == FORM_TEXT, &bytes))
        return false;
    pf_driver_template_add(template, type, bytes.data, bytes.size);
    pf_driver_bytes_clear(&bytes);
    return true;
}

bool
pf_driver_call_template(PfDriverCall *call, int first, int last, PfDriverTemplate *ret_template)
{
    PfDriverTemplate template = {0};

    for (int i = first; i < last; i++) {
        char *word = call->argv[i];
        char *equals = strchr(word, '=');
        CK_ATTRIBUTE_TYPE type;
        bool known;

        if (equals != NULL)
            *equals = '\0';
        known = parse_attribute_type(word, &type);
        if (equals != NULL)
            *equals = '=';
        if (known && equals == NULL)
            pf_driver_template_add(&template, type, NULL, 0);
        if (!known || (equals != NULL && !add_value(&template, type, equals + 1))) {
            pf_driver_reply_set_error(call->reply, "bad attribute: %s", word);
            pf_driver_template_clear(&template);
            return false;
        }
    }
    *ret_template = template;
    return true;
}

void
pf_driver_template_clear(PfDriverTemplate *template)
{
    for (CK_ULONG i = 0; i < template->count; i++)
        free(template->attributes[i].pValue);
    free(template->attributes);
    template->attributes = NULL;
    template->count = 0;
}

void
pf_driver_reply_add_attribute(PfDriverReply *reply, const CK_ATTRIBUTE *attribute)
{
    char key[64];
    char value[64];
    CK_ULONG number;

    pf_p11_name_format(PF_P11_ATTRIBUTE, attribute->type, false, key, sizeof(key));
    if (attribute->ulValueLen == CK_UNAVAILABLE_INFORMATION || attribute->pValue == NULL) {
        pf_driver_reply_add(reply, key, "-");
        return;
    }
    switch (get_form(attribute->type)) {
    case FORM_TEXT:
        pf_driver_reply_add_text(reply, key, attribute->pValue, attribute->ulValueLen);
        return;
    case FORM_BOOL:
        if (attribute->ulValueLen != 1)
            break;
        pf_driver_reply_add(reply, key, "%s", *(CK_BBOOL *)attribute->pValue ? "true" : "false");
        return;
    case FORM_NUMBER:
        if (attribute->ulValueLen != sizeof(number))
            break;
        memcpy(&number, attribute->pValue, sizeof(number));
        if (get_kind(attribute->type) == PF_P11_N_KINDS)
            snprintf(value, sizeof(value), "%lu", number);
        else
            pf_p11_name_format(get_kind(attribute->type), number, false, value, sizeof(value));
        pf_driver_reply_add(reply, key, "%s", value);
        return;
    case FORM_BYTES:
        break;
    }
    pf_driver_reply_add_hex(reply, key, attribute->pValue, attribute->ulValueLen);
}
