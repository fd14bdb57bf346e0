/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Key generation: the pair is complete, or there is none. */
#include "tokens-generate.h"

#include <string.h>

#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "tokens-import.h"
#include "tokens-keydata.h"
#include "tokens-kind.h"
#include "tokens-opensc.h"
#include "tokens-progress.h"
#include "tokens-public.h"
#include "tokens-state.h"
#include "tokens-template.h"

#define ID_SIZE         PF_TOKENS_KEYDATA_ID_SIZE
#define CURVE_OID_BYTES 16

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

typedef struct {
    PfTokensJob *job;
    const PfTokensKind *kind;
    const char *label;
    CK_BYTE id[ID_SIZE]; /* until the public key is known */
    CK_OBJECT_HANDLE public_key;
    CK_OBJECT_HANDLE private_key;
} Generation;

static gboolean
is_good_label(const char *label)
{
    gsize size = strlen(label);
    return size > 0 && size <= PF_TOKENS_KEY_NAME_MAX && g_utf8_validate(label, -1, NULL);
}

static void
begin_half(Generation *self, PfTokensTemplate *template, const CK_OBJECT_CLASS *class)
{
    pf_tokens_template_add(template, CKA_CLASS, class, sizeof *class);
    pf_tokens_template_add(template, CKA_KEY_TYPE, &self->kind->type, sizeof self->kind->type);
    pf_tokens_template_add(template, CKA_ID, self->id, sizeof self->id);
    pf_tokens_template_add(template, CKA_LABEL, self->label, strlen(self->label));
    pf_tokens_template_add_flag(template, CKA_TOKEN, TRUE);
}

static void
fill_private(Generation *self, PfTokensTemplate *template)
{
    static const CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    begin_half(self, template, &class);
    pf_tokens_template_add_flag(template, CKA_PRIVATE, TRUE);
    pf_tokens_template_add_flag(template, CKA_SENSITIVE, TRUE);
    pf_tokens_template_add_flag(template, CKA_EXTRACTABLE, FALSE);
    pf_tokens_template_add_flag(template, CKA_SIGN, TRUE);
    pf_tokens_template_add_flag(template, self->kind->type == CKK_RSA ? CKA_DECRYPT : CKA_DERIVE,
                                TRUE);
}

/* CURVE has room for CURVE_OID_BYTES, and stays until the pair is made. */
static void
fill_public(Generation *self, PfTokensTemplate *template, unsigned char *curve)
{
    static const CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    static const CK_BYTE exponent[] = {1, 0, 1};
    begin_half(self, template, &class);
    pf_tokens_template_add_flag(template, CKA_PRIVATE, FALSE);
    pf_tokens_template_add_flag(template, CKA_VERIFY, TRUE);
    if (self->kind->type == CKK_RSA) {
        pf_tokens_template_add_flag(template, CKA_ENCRYPT, TRUE);
        pf_tokens_template_add(template, CKA_MODULUS_BITS, &self->kind->bits,
                               sizeof self->kind->bits);
        pf_tokens_template_add(template, CKA_PUBLIC_EXPONENT, exponent, sizeof exponent);
    } else {
        const ASN1_OBJECT *oid = OBJ_nid2obj(self->kind->curve);
        g_assert(i2d_ASN1_OBJECT(oid, NULL) <= CURVE_OID_BYTES);
        int size = i2d_ASN1_OBJECT(oid, &curve);
        pf_tokens_template_add(template, CKA_EC_PARAMS, curve - size, (gsize)size);
    }
}

static CK_RV
make_pair(Generation *self)
{
    PfTokensJob *job = self->job;
    CK_MECHANISM mechanism = {self->kind->mechanism, NULL, 0};
    PfTokensTemplate public = {.count = 0};
    PfTokensTemplate private = {.count = 0};
    unsigned char curve[CURVE_OID_BYTES];
    fill_public(self, &public, curve);
    fill_private(self, &private);
    pf_tokens_progress_tell(job->progress_fd, PF_TOKENS_STEP_MAKE, 0, 0);
    json_object_set_boolean_member(job->answer, "begun", TRUE);
    return job->target.p11->C_GenerateKeyPair(job->session, &mechanism, public.list, public.count,
                                              private.list, private.count, &self->public_key,
                                              &self->private_key);
}

/* Who asked learns how much stays, if the token does not let go of it. */
static void
undo(Generation *self)
{
    CK_FUNCTION_LIST *p11 = self->job->target.p11;
    guint left = 0;
    json_object_remove_member(self->job->answer, "public_key");
    pf_tokens_progress_tell(self->job->progress_fd, PF_TOKENS_STEP_UNDO, 0, 0);
    left += p11->C_DestroyObject(self->job->session, self->private_key) != CKR_OK;
    left += p11->C_DestroyObject(self->job->session, self->public_key) != CKR_OK;
    json_object_set_int_member(self->job->answer, "left", left);
}

/* The same for both halves, or both keep what they have: programs find the one by the other. */
static void
set_id(Generation *self, CK_BYTE id[ID_SIZE])
{
    CK_FUNCTION_LIST *p11 = self->job->target.p11;
    CK_SESSION_HANDLE session = self->job->session;
    CK_ATTRIBUTE new_id = {CKA_ID, id, ID_SIZE};
    CK_ATTRIBUTE old_id = {CKA_ID, self->id, ID_SIZE};
    if (p11->C_SetAttributeValue(session, self->public_key, &new_id, 1) == CKR_OK &&
        p11->C_SetAttributeValue(session, self->private_key, &new_id, 1) != CKR_OK)
        p11->C_SetAttributeValue(session, self->public_key, &old_id, 1);
}

/* A key whose public half nobody gets to see is of no use to anybody. */
static gboolean
take_public_key(Generation *self)
{
    CK_BYTE id[ID_SIZE];
    unsigned char *der = NULL;
    g_autoptr(EVP_PKEY) key = pf_tokens_public_read(self->job->target.p11, self->job->session,
                                                    self->public_key, self->kind);
    int size = key != NULL ? i2d_PUBKEY(key, &der) : 0;
    if (size <= 0)
        return FALSE;
    if (pf_tokens_keydata_make_id(key, id))
        set_id(self, id);
    g_autofree char *text = g_base64_encode(der, (gsize)size);
    json_object_set_string_member(self->job->answer, "public_key", text);
    json_object_set_string_member(self->job->answer, "label", self->label);
    OPENSSL_free(der);
    return TRUE;
}

static PfTokensFault
complete(Generation *self)
{
    PfTokensFault fault = take_public_key(self) ? PF_TOKENS_FAULT_NONE : PF_TOKENS_FAULT_FAILED;
    if (pf_tokens_progress_is_stopped(self->job->progress_fd))
        fault = PF_TOKENS_FAULT_STOPPED;
    if (fault != PF_TOKENS_FAULT_NONE)
        undo(self);
    return fault;
}

static PfTokensFault
generate(Generation *self)
{
    if (RAND_bytes(self->id, sizeof self->id) != 1)
        return PF_TOKENS_FAULT_FAILED;
    PfTokensFault fault = pf_tokens_job_log_in_user(self->job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    if (pf_tokens_progress_is_stopped(self->job->progress_fd))
        return PF_TOKENS_FAULT_STOPPED;
    CK_RV rv = make_pair(self);
    return rv == CKR_OK ? complete(self) : pf_tokens_job_explain_key(self->job, rv);
}

/* OpenSC names the mechanism for each card that could, also where it has no profile by which to put
 * anything on it; then it can make no other object, either. */
static PfTokensFault
check(PfTokensJob *job)
{
    if ((job->target.info.flags & CKF_WRITE_PROTECTED) != 0)
        return PF_TOKENS_FAULT_READ_ONLY;
    return pf_tokens_opensc_is_loaded(job->target.p11) ? pf_tokens_import_run_check(job)
                                                       : PF_TOKENS_FAULT_NONE;
}

PfTokensFault
pf_tokens_generate_run_check(PfTokensJob *job)
{
    PfTokensFault fault = check(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    JsonArray *kinds = pf_tokens_kind_list(job->target.p11, job->target.slot);
    guint count = json_array_get_length(kinds);
    json_object_set_array_member(job->answer, "kinds", kinds);
    return count > 0 ? pf_tokens_state_run(job) : PF_TOKENS_FAULT_UNSUPPORTED;
}

PfTokensFault
pf_tokens_generate_run(PfTokensJob *job)
{
    Generation generation = {
        .job = job,
        .kind = pf_tokens_kind_find(job->arguments[0]),
        .label = job->arguments[1],
    };
    if (!is_good_label(generation.label))
        return PF_TOKENS_FAULT_BAD_LABEL;
    PfTokensFault fault = check(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    if (generation.kind == NULL ||
        !pf_tokens_kind_fits(generation.kind, job->target.p11, job->target.slot))
        return PF_TOKENS_FAULT_UNSUPPORTED_KEY;
    return generate(&generation);
}
