/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentStore: a list of decisions and its file. */
#include "consent-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "consent-file.h"

/* More than a person decides; the oldest one goes, and is asked about again. */
#define CONSENTS_MAX 512u

struct _PfConsentStore {
    GObject parent_instance;
    char *path;
    GPtrArray *consents; /* of PfConsent, oldest first */
};

G_DEFINE_FINAL_TYPE(PfConsentStore, pf_consent_store, G_TYPE_OBJECT)

static guint changed_signal;

PfConsentStore *
pf_consent_store_new(const char *path)
{
    g_autoptr(GError) error = NULL;
    PfConsentStore *self = g_object_new(PF_TYPE_CONSENT_STORE, NULL);
    self->path = g_strdup(path);
    GPtrArray *kept = pf_consent_file_read(path, &error);
    if (kept == NULL) {
        g_warning("The decisions about programs in %s are not used: %s", path, error->message);
        return self;
    }
    g_ptr_array_unref(self->consents);
    self->consents = kept;
    return self;
}

const PfConsent *
pf_consent_store_find(PfConsentStore *self, const PfProgramKey *program, const PfTokenId *token,
                      const char *scope)
{
    for (guint i = 0; i < self->consents->len; i++) {
        const PfConsent *consent = g_ptr_array_index(self->consents, i);
        if (pf_consent_is_about(consent, program, token, scope))
            return pf_consent_counts_for(consent, program) ? consent : NULL;
    }
    return NULL;
}

static gboolean
has_id(PfConsentStore *self, const char *id)
{
    for (guint i = 0; i < self->consents->len; i++) {
        if (strcmp(((PfConsent *)g_ptr_array_index(self->consents, i))->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

static char *
make_id(PfConsentStore *self)
{
    for (;;) {
        g_autofree char *id = g_strdup_printf("%08x", g_random_int());
        if (!has_id(self, id))
            return g_steal_pointer(&id);
    }
}

static gboolean
save(PfConsentStore *self)
{
    g_autoptr(GError) error = NULL;
    if (pf_consent_file_write(self->path, self->consents, &error))
        return TRUE;
    g_warning("The decisions about programs cannot be kept in %s: %s", self->path, error->message);
    return FALSE;
}

static gboolean
is_kept(const PfConsent *consent)
{
    return consent->decision == PF_CONSENT_ALWAYS || consent->decision == PF_CONSENT_NEVER;
}

/* Takes a decision away. Returns whether the file has to change. */
static gboolean
remove_at(PfConsentStore *self, guint index)
{
    gboolean was_kept = is_kept(g_ptr_array_index(self->consents, index));
    g_ptr_array_remove_index(self->consents, index);
    return was_kept;
}

/* Likewise for what was decided about the same. */
static gboolean
remove_same(PfConsentStore *self, const PfConsent *consent)
{
    for (guint i = 0; i < self->consents->len; i++) {
        const PfConsent *other = g_ptr_array_index(self->consents, i);
        if (pf_consent_is_about(other, consent->program, &consent->token, consent->scope))
            return remove_at(self, i);
    }
    return FALSE;
}

/* After a decision was taken away, which must not come back at the next start, even if the rest is
 * lost by that. */
static gboolean
save_without(PfConsentStore *self)
{
    if (save(self))
        return TRUE;
    if (g_unlink(self->path) < 0 && errno != ENOENT)
        g_warning("A decision that was revoked is still in %s", self->path);
    return FALSE;
}

void
pf_consent_store_add(PfConsentStore *self, PfConsent *consent)
{
    g_autoptr(PfConsent) owned = consent;
    if (consent->decision == PF_CONSENT_ALWAYS && !pf_consent_counts_for(consent, consent->program))
        consent->decision = PF_CONSENT_SESSION;
    if (!consent->program->is_known ||
        (!is_kept(consent) && consent->decision != PF_CONSENT_SESSION))
        return;
    gboolean replaces = remove_same(self, consent);
    gboolean must_save = replaces || is_kept(consent);
    if (self->consents->len >= CONSENTS_MAX)
        must_save = remove_at(self, 0) || must_save;
    g_free(consent->id);
    consent->id = make_id(self);
    g_ptr_array_add(self->consents, g_steal_pointer(&owned));
    /* A yes that cannot be kept counts for now, and is shown so. */
    if (must_save && !(replaces ? save_without(self) : save(self)) &&
        consent->decision == PF_CONSENT_ALWAYS)
        consent->decision = PF_CONSENT_SESSION;
    g_signal_emit(self, changed_signal, 0);
}

guint
pf_consent_store_revoke(PfConsentStore *self, const char *id)
{
    guint count = 0;
    gboolean must_save = FALSE;
    for (guint i = self->consents->len; i > 0; i--) {
        const PfConsent *consent = g_ptr_array_index(self->consents, i - 1);
        if (id[0] != '\0' && strcmp(consent->id, id) != 0)
            continue;
        must_save = remove_at(self, i - 1) || must_save;
        count++;
    }
    if (must_save)
        save_without(self);
    if (count > 0)
        g_signal_emit(self, changed_signal, 0);
    return count;
}

const GPtrArray *
pf_consent_store_list(PfConsentStore *self)
{
    return self->consents;
}

static void
pf_consent_store_finalize(GObject *object)
{
    PfConsentStore *self = PF_CONSENT_STORE(object);
    g_ptr_array_unref(self->consents);
    g_free(self->path);
    G_OBJECT_CLASS(pf_consent_store_parent_class)->finalize(object);
}

static void
pf_consent_store_class_init(PfConsentStoreClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = pf_consent_store_finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_consent_store_init(PfConsentStore *self)
{
    self->consents = g_ptr_array_new_with_free_func((GDestroyNotify)pf_consent_free);
}
