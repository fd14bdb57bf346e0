/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Key reports: attributes are compared here; certificates are not read but handed on, as that takes
 * a library. */
#include "key-report.h"

#include <stdlib.h>

#include "search.h"
#include "snapshot.h"

#define ID_MAX 256u

/* What is known of the keys so far. */
typedef struct {
    PfBackend *backend;
    CK_SESSION_HANDLE own;
    /* Of keys that do not ask each time. */
    CK_OBJECT_HANDLE certificates[PF_WIRE_CERTIFICATES_MAX];
    size_t count;
} KeyLook;

/* Does each use of the key need a login of its own? */
static bool
asks_each_time(const KeyLook *keys, CK_OBJECT_HANDLE key)
{
    CK_BBOOL always = CK_FALSE;
    CK_ATTRIBUTE wanted = {CKA_ALWAYS_AUTHENTICATE, &always, sizeof always};
    CK_RV rv = PF_BACKEND_CALL(keys->backend, C_GetAttributeValue, keys->own, key, &wanted, 1);
    return rv == CKR_OK && wanted.ulValueLen == sizeof always && always != CK_FALSE;
}

/* A value of 1 to MAX bytes, the caller's to free; NULL: there is none. */
static void *
dup_value(const KeyLook *keys, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG max,
          CK_ULONG *ret_size)
{
    CK_ATTRIBUTE wanted = {type, NULL, 0};
    CK_RV rv = PF_BACKEND_CALL(keys->backend, C_GetAttributeValue, keys->own, object, &wanted, 1);
    if (rv != CKR_OK || wanted.ulValueLen == 0 || wanted.ulValueLen > max)
        return NULL;
    CK_ULONG room = wanted.ulValueLen;
    wanted.pValue = malloc(room);
    if (wanted.pValue == NULL)
        return NULL;
    rv = PF_BACKEND_CALL(keys->backend, C_GetAttributeValue, keys->own, object, &wanted, 1);
    if (rv != CKR_OK || wanted.ulValueLen > room) {
        free(wanted.pValue);
        return NULL;
    }
    *ret_size = wanted.ulValueLen;
    return wanted.pValue;
}

/* The certificate of KEY, by its ID. */
static bool
find_certificate(const KeyLook *keys, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE *ret_certificate)
{
    CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, NULL, 0}};
    wanted[1].pValue = dup_value(keys, key, CKA_ID, ID_MAX, &wanted[1].ulValueLen);
    if (wanted[1].pValue == NULL)
        return false;
    CK_RV rv = pf_search_backend(keys->backend, keys->own, wanted, 2, false, &found, &count);
    bool is_found = rv == CKR_OK && count > 0;
    if (is_found)
        *ret_certificate = found[0];
    free(found);
    free(wanted[1].pValue);
    return is_found;
}

/* Can it be that all keys are for signatures, by what needs no certificate to be read? */
static CK_RV
look_at_keys(KeyLook *keys, bool *ret_is_possible)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    CK_RV rv = pf_search_backend(keys->backend, keys->own, &wanted, 1, false, &found, &count);
    if (rv != CKR_OK)
        return rv;
    bool is_possible = count > 0;
    for (size_t i = 0; i < count && is_possible; i++) {
        if (asks_each_time(keys, found[i]))
            continue;
        is_possible = keys->count < PF_WIRE_CERTIFICATES_MAX &&
                      find_certificate(keys, found[i], &keys->certificates[keys->count]);
        keys->count += is_possible;
    }
    free(found);
    *ret_is_possible = is_possible;
    return CKR_OK;
}

/* Hands the first COUNT certificates to the agent. False: one of them cannot be read. */
static bool
send_certificates(PfCall *call, const KeyLook *keys, size_t count, bool are_all,
                  PfLinkStatus *ret_status, bool *ret_are_for_signatures)
{
    PfLinkCertificate certificates[PF_WIRE_CERTIFICATES_MAX];
    PfDomainRef ref;
    size_t loaded = 0;
    for (; loaded < count; loaded++) {
        CK_ULONG size;
        certificates[loaded].der =
            dup_value(keys, keys->certificates[loaded], CKA_VALUE, PF_WIRE_CERTIFICATE_MAX, &size);
        if (certificates[loaded].der == NULL)
            break;
        certificates[loaded].size = size;
    }
    pf_domain_get_ref(call->session->domain, &ref);
    if (loaded == count)
        *ret_status = pf_agent_link_report_keys(call->module->link, &ref, certificates, count,
                                                are_all, ret_are_for_signatures);
    for (size_t i = 0; i < loaded; i++)
        free(certificates[i].der);
    return loaded == count;
}

/* Reading a certificate can take a card a while: that of the first key is nearly always one for
 * something else. Returns whether all is known now. */
static bool
report(PfCall *call, const KeyLook *keys)
{
    PfLinkStatus status = PF_LINK_OK;
    bool are_for_signatures = true;
    if (keys->count > 1 && !send_certificates(call, keys, 1, false, &status, &are_for_signatures))
        return true;
    if (status == PF_LINK_OK && are_for_signatures)
        send_certificates(call, keys, keys->count, true, &status, &are_for_signatures);
    return status == PF_LINK_OK;
}

/* The state in which the keys were looked at last. */
typedef struct {
    PfTokenMark token;
    uint64_t objects;
} KeyState;

static bool
is_known(PfCall *call, const KeyState *now)
{
    const PfDomain *domain = call->session->domain;
    pthread_mutex_lock(&call->slot->lock);
    bool is_same = domain->keys_mark.page == now->token.page &&
                   domain->keys_mark.changes == now->token.changes &&
                   domain->keys_objects == now->objects;
    pthread_mutex_unlock(&call->slot->lock);
    return is_same;
}

static void
note_known(PfCall *call, const KeyState *state)
{
    PfDomain *domain = call->session->domain;
    pthread_mutex_lock(&call->slot->lock);
    domain->keys_mark = state->token;
    domain->keys_objects = state->objects;
    pthread_mutex_unlock(&call->slot->lock);
}

void
pf_key_report_send(PfCall *call)
{
    KeyState state = {pf_domain_mark_token(call->session->domain),
                      pf_snapshot_get_generation(call)};
    KeyLook keys = {.backend = call->backend};
    bool is_possible = false;
    if (state.token.page == NULL || is_known(call, &state) ||
        pf_snapshot_open_session(call, &keys.own) != CKR_OK)
        return;
    CK_RV rv = look_at_keys(&keys, &is_possible);
    if (rv == CKR_OK && (!is_possible || report(call, &keys)))
        note_known(call, &state);
    PF_BACKEND_CALL(call->backend, C_CloseSession, keys.own);
}
