/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Certificates: read without a login, within limits. */
#include "tokens-certificates.h"

#include "tokens-field.h"
#include "tokens-object.h"

#define ID_MAX    256u
#define LABEL_MAX 256u

static char *
dup_hex(GBytes *bytes)
{
    gsize size = 0;
    const unsigned char *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return g_string_free(text, FALSE);
}

static char *
dup_label(GBytes *bytes)
{
    gsize size = 0;
    const unsigned char *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    return pf_tokens_field_dup(data, size);
}

static gboolean
is_key_visible(PfTokensJob *job, GBytes *id)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    gsize size;
    gconstpointer data = g_bytes_get_data(id, &size);
    CK_ATTRIBUTE key[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_ID, (CK_VOID_PTR)data, size},
    };
    CK_OBJECT_HANDLE handle;
    CK_ULONG count = 0;
    return pf_tokens_object_find(job->target.p11, job->session, key, G_N_ELEMENTS(key), &handle, 1,
                                 &count) == CKR_OK &&
           count > 0;
}

static void
set_has_key(PfTokensJob *job, JsonObject *certificate, GBytes *id)
{
    if (id != NULL && is_key_visible(job, id))
        json_object_set_boolean_member(certificate, "has_key", TRUE);
    else if ((job->target.info.flags & CKF_LOGIN_REQUIRED) != 0)
        json_object_set_null_member(certificate, "has_key");
    else
        json_object_set_boolean_member(certificate, "has_key", FALSE);
}

/* NULL where it cannot be read. */
static JsonObject *
describe(PfTokensJob *job, CK_OBJECT_HANDLE object)
{
    CK_FUNCTION_LIST *p11 = job->target.p11;
    g_autoptr(GBytes) der = pf_tokens_object_get_bytes(p11, job->session, object, CKA_VALUE,
                                                       PF_TOKENS_CERTIFICATES_SIZE_MAX);
    if (der == NULL)
        return NULL;
    g_autoptr(GBytes) id = pf_tokens_object_get_bytes(p11, job->session, object, CKA_ID, ID_MAX);
    g_autoptr(GBytes) label =
        pf_tokens_object_get_bytes(p11, job->session, object, CKA_LABEL, LABEL_MAX);
    g_autofree char *id_text = dup_hex(id);
    g_autofree char *label_text = dup_label(label);
    gsize size;
    const unsigned char *data = g_bytes_get_data(der, &size);
    g_autofree char *der_text = g_base64_encode(data, size);
    JsonObject *certificate = json_object_new();
    json_object_set_string_member(certificate, "label", label_text);
    json_object_set_string_member(certificate, "id", id_text);
    json_object_set_string_member(certificate, "der", der_text);
    set_has_key(job, certificate, id);
    return certificate;
}

PfTokensFault
pf_tokens_certificates_run(PfTokensJob *job)
{
    CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    CK_CERTIFICATE_TYPE type = CKC_X_509;
    CK_ATTRIBUTE x509[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_CERTIFICATE_TYPE, &type, sizeof type},
    };
    /* One more, to know that there are more. */
    CK_OBJECT_HANDLE handles[PF_TOKENS_CERTIFICATES_MAX + 1];
    CK_ULONG count = 0;
    CK_RV rv = pf_tokens_object_find(job->target.p11, job->session, x509, G_N_ELEMENTS(x509),
                                     handles, G_N_ELEMENTS(handles), &count);
    if (rv != CKR_OK)
        return pf_tokens_job_explain(job, rv);
    JsonArray *certificates = json_array_new();
    gboolean truncated = count > PF_TOKENS_CERTIFICATES_MAX;
    for (CK_ULONG i = 0; i < MIN(count, PF_TOKENS_CERTIFICATES_MAX); i++) {
        JsonObject *certificate = describe(job, handles[i]);
        if (certificate != NULL)
            json_array_add_object_element(certificates, certificate);
        else
            truncated = TRUE;
    }
    json_object_set_array_member(job->answer, "certificates", certificates);
    json_object_set_boolean_member(job->answer, "truncated", truncated);
    return PF_TOKENS_FAULT_NONE;
}
