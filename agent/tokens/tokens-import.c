/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Import: the key's own certificate comes last, so that even a process that is killed in the middle
 * leaves nothing that looks complete; doing it again then completes it. */
#include "tokens-import.h"

#include <openssl/crypto.h>
#include <string.h>

#include "tokens-keydata.h"
#include "tokens-object.h"
#include "tokens-pkcs12.h"
#include "tokens-progress.h"
#include "tokens-template.h"

#define SECURE_HEAP (256ul * 1024u)

typedef struct {
    PfTokensJob *job;
    const PfTokensPkcs12 *content;
    GPtrArray *keydata; /* of PfTokensKeydata, one for each identity */
    GArray *made;       /* of CK_OBJECT_HANDLE */
    guint keys;
    guint certificates;
    guint present;
    guint steps; /* begun so far */
    gboolean is_stopped;
} Import;

static CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
static CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
static CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE;
static CK_CERTIFICATE_TYPE x509_type = CKC_X_509;

/* Is an object there that has the first COUNT attributes of TEMPLATE? */
static gboolean
is_present(Import *self, PfTokensTemplate *template, CK_ULONG count)
{
    CK_OBJECT_HANDLE handle;
    CK_ULONG found = 0;
    return pf_tokens_object_find(self->job->target.p11, self->job->session, template->list, count,
                                 &handle, 1, &found) == CKR_OK &&
           found > 0;
}

/* Before each object that has to be there, and costs time. */
static CK_RV
begin_step(Import *self)
{
    int fd = self->job->progress_fd;
    guint total = self->content->certificates->len + self->content->identities->len;
    pf_tokens_progress_tell(fd, PF_TOKENS_STEP_COPY, self->steps++, total);
    self->is_stopped = pf_tokens_progress_is_stopped(fd);
    return self->is_stopped ? CKR_FUNCTION_CANCELED : CKR_OK;
}

/* Makes it, unless it is there: the first two attributes say which one it is. */
static CK_RV
make(Import *self, PfTokensTemplate *template, guint *ret_count)
{
    CK_OBJECT_HANDLE handle;
    if (is_present(self, template, 2)) {
        self->present++;
        return CKR_OK;
    }
    CK_RV rv = self->job->target.p11->C_CreateObject(self->job->session, template->list,
                                                     template->count, &handle);
    if (rv != CKR_OK)
        return rv;
    g_array_append_val(self->made, handle);
    *ret_count += 1;
    return CKR_OK;
}

static CK_RV
make_certificate(Import *self, X509 *certificate, const CK_BYTE *id, const char *label)
{
    unsigned char *value = NULL;
    unsigned char *subject = NULL;
    unsigned char *issuer = NULL;
    unsigned char *serial = NULL;
    int value_size = i2d_X509(certificate, &value);
    int subject_size = i2d_X509_NAME(X509_get_subject_name(certificate), &subject);
    int issuer_size = i2d_X509_NAME(X509_get_issuer_name(certificate), &issuer);
    int serial_size = i2d_ASN1_INTEGER(X509_get_serialNumber(certificate), &serial);
    CK_RV rv = CKR_HOST_MEMORY;
    if (value_size > 0 && subject_size > 0 && issuer_size > 0 && serial_size > 0) {
        PfTokensTemplate template = {.count = 0};
        pf_tokens_template_add(&template, CKA_CLASS, &certificate_class, sizeof certificate_class);
        pf_tokens_template_add(&template, CKA_VALUE, value, (gsize)value_size);
        pf_tokens_template_add(&template, CKA_CERTIFICATE_TYPE, &x509_type, sizeof x509_type);
        pf_tokens_template_add_flag(&template, CKA_TOKEN, TRUE);
        pf_tokens_template_add_flag(&template, CKA_PRIVATE, FALSE);
        pf_tokens_template_add(&template, CKA_SUBJECT, subject, (gsize)subject_size);
        pf_tokens_template_add(&template, CKA_ISSUER, issuer, (gsize)issuer_size);
        pf_tokens_template_add(&template, CKA_SERIAL_NUMBER, serial, (gsize)serial_size);
        pf_tokens_template_add(&template, CKA_LABEL, label, strlen(label));
        if (id != NULL)
            pf_tokens_template_add(&template, CKA_ID, id, PF_TOKENS_KEYDATA_ID_SIZE);
        rv = begin_step(self);
        if (rv == CKR_OK)
            rv = make(self, &template, &self->certificates);
    }
    OPENSSL_free(value);
    OPENSSL_free(subject);
    OPENSSL_free(issuer);
    OPENSSL_free(serial);
    return rv;
}

static void
begin_key(PfTokensTemplate *template, const CK_OBJECT_CLASS *class, const PfTokensKeydata *keydata,
          const char *label)
{
    pf_tokens_template_add(template, CKA_CLASS, class, sizeof *class);
    pf_tokens_template_add(template, CKA_ID, pf_tokens_keydata_get_id(keydata),
                           PF_TOKENS_KEYDATA_ID_SIZE);
    pf_tokens_template_add_flag(template, CKA_TOKEN, TRUE);
    pf_tokens_template_add(template, CKA_LABEL, label, strlen(label));
}

static CK_RV
make_private_key(Import *self, const PfTokensIdentity *identity, const PfTokensKeydata *keydata)
{
    PfTokensTemplate template = {.count = 0};
    CK_ULONG count;
    const CK_ATTRIBUTE *attributes = pf_tokens_keydata_get_private(keydata, &count);
    begin_key(&template, &private_class, keydata, identity->label);
    pf_tokens_template_add_flag(&template, CKA_PRIVATE, TRUE);
    pf_tokens_template_add_flag(&template, CKA_SENSITIVE, TRUE);
    pf_tokens_template_add_flag(&template, CKA_EXTRACTABLE, FALSE);
    pf_tokens_template_add_all(&template, attributes, count);
    CK_RV rv = begin_step(self);
    return rv == CKR_OK ? make(self, &template, &self->keys) : rv;
}

/* Programs do without it, and some tokens make it themselves. */
static void
make_public_key(Import *self, const PfTokensIdentity *identity, const PfTokensKeydata *keydata)
{
    PfTokensTemplate template = {.count = 0};
    CK_ULONG count;
    guint ignored = 0;
    const CK_ATTRIBUTE *attributes = pf_tokens_keydata_get_public(keydata, &count);
    begin_key(&template, &public_class, keydata, identity->label);
    pf_tokens_template_add_flag(&template, CKA_PRIVATE, FALSE);
    pf_tokens_template_add_all(&template, attributes, count);
    make(self, &template, &ignored);
}

static gboolean
is_own(const PfTokensPkcs12 *content, const X509 *certificate)
{
    for (guint i = 0; i < content->identities->len; i++) {
        const PfTokensIdentity *identity = content->identities->pdata[i];
        if (identity->certificate == certificate)
            return TRUE;
    }
    return FALSE;
}

static CK_RV
make_issuers(Import *self)
{
    CK_RV rv = CKR_OK;
    for (guint i = 0; rv == CKR_OK && i < self->content->certificates->len; i++) {
        X509 *certificate = self->content->certificates->pdata[i];
        if (is_own(self->content, certificate))
            continue;
        g_autofree char *label = pf_tokens_pkcs12_dup_common_name(certificate);
        rv = make_certificate(self, certificate, NULL, label);
    }
    return rv;
}

static CK_RV
make_all(Import *self)
{
    CK_RV rv = make_issuers(self);
    for (guint i = 0; rv == CKR_OK && i < self->content->identities->len; i++) {
        const PfTokensIdentity *identity = self->content->identities->pdata[i];
        const PfTokensKeydata *keydata = self->keydata->pdata[i];
        rv = make_private_key(self, identity, keydata);
        if (rv != CKR_OK)
            break;
        make_public_key(self, identity, keydata);
        if (identity->certificate != NULL)
            rv = make_certificate(self, identity->certificate, pf_tokens_keydata_get_id(keydata),
                                  identity->label);
    }
    return rv;
}

/* Who asked learns how much stays, if the token does not let go of it. */
static void
undo(Import *self)
{
    guint left = 0;
    pf_tokens_progress_tell(self->job->progress_fd, PF_TOKENS_STEP_UNDO, 0, 0);
    for (guint i = self->made->len; i-- > 0;) {
        CK_OBJECT_HANDLE handle = g_array_index(self->made, CK_OBJECT_HANDLE, i);
        left += self->job->target.p11->C_DestroyObject(self->job->session, handle) != CKR_OK;
    }
    json_object_set_int_member(self->job->answer, "left", left);
}

static void
describe(Import *self)
{
    JsonObject *answer = self->job->answer;
    JsonArray *labels = json_array_new();
    guint bare = 0;
    gboolean missing_chain = FALSE;
    for (guint i = 0; i < self->content->identities->len; i++) {
        const PfTokensIdentity *identity = self->content->identities->pdata[i];
        json_array_add_string_element(labels, identity->label);
        bare += identity->certificate == NULL;
        missing_chain |= identity->certificate != NULL && !identity->has_issuer;
    }
    json_object_set_array_member(answer, "labels", labels);
    json_object_set_int_member(answer, "keys", self->keys);
    json_object_set_int_member(answer, "certificates", self->certificates);
    json_object_set_int_member(answer, "present", self->present);
    json_object_set_int_member(answer, "keys_without_certificate", bare);
    json_object_set_boolean_member(answer, "missing_chain", missing_chain);
}

/* Before anything is asked of the token that costs something. */
static PfTokensFault
take_keys(Import *self)
{
    const PfTokensTarget *target = &self->job->target;
    for (guint i = 0; i < self->content->identities->len; i++) {
        const PfTokensIdentity *identity = self->content->identities->pdata[i];
        PfTokensKeydata *keydata = pf_tokens_keydata_new(identity->key);
        if (keydata == NULL)
            return PF_TOKENS_FAULT_UNSUPPORTED_KEY;
        g_ptr_array_add(self->keydata, keydata);
        if (!pf_tokens_keydata_fits(keydata, target->p11, target->slot))
            return PF_TOKENS_FAULT_UNSUPPORTED_KEY;
    }
    return PF_TOKENS_FAULT_NONE;
}

static PfTokensFault
import_content(Import *self)
{
    PfTokensFault fault = take_keys(self);
    if (fault == PF_TOKENS_FAULT_NONE)
        fault = pf_tokens_job_log_in_user(self->job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    CK_RV rv = make_all(self);
    if (rv != CKR_OK) {
        fault =
            self->is_stopped ? PF_TOKENS_FAULT_STOPPED : pf_tokens_job_explain_key(self->job, rv);
        undo(self);
        return fault;
    }
    describe(self);
    return PF_TOKENS_FAULT_NONE;
}

/* Asked without a login, and for what would go with the session: a certificate of which nothing is
 * known. Whoever can make objects at all misses something in it. */
PfTokensFault
pf_tokens_import_run_check(PfTokensJob *job)
{
    CK_FUNCTION_LIST *p11 = job->target.p11;
    CK_ATTRIBUTE class = {CKA_CLASS, &certificate_class, sizeof certificate_class};
    CK_OBJECT_HANDLE handle;
    if ((job->target.info.flags & CKF_WRITE_PROTECTED) != 0)
        return PF_TOKENS_FAULT_READ_ONLY;
    CK_RV rv = p11->C_CreateObject(job->session, &class, 1, &handle);
    if (rv == CKR_OK)
        p11->C_DestroyObject(job->session, handle);
    if (rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_TOKEN_WRITE_PROTECTED)
        return pf_tokens_job_explain(job, rv);
    return PF_TOKENS_FAULT_NONE;
}

PfTokensFault
pf_tokens_import_run(PfTokensJob *job)
{
    PfTokensPkcs12 *content = NULL;
    PfTokensFault fault = pf_tokens_import_run_check(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    /* Locked where there is room for it; wiped in any case. */
    CRYPTO_secure_malloc_init(SECURE_HEAP, 16);
    fault = pf_tokens_pkcs12_read(job->file_fd, job->secret, &content);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    Import import = {
        .job = job,
        .content = content,
        .keydata = g_ptr_array_new_with_free_func((GDestroyNotify)pf_tokens_keydata_free),
        .made = g_array_new(FALSE, FALSE, sizeof(CK_OBJECT_HANDLE)),
    };
    fault = import_content(&import);
    g_array_unref(import.made);
    g_ptr_array_unref(import.keydata);
    pf_tokens_pkcs12_free(content);
    return fault;
}
