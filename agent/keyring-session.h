/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyringSession: one encrypted session with the Secret Service, and Pinfold's items in it.
 *
 * Everything here blocks until the service answers or the session's cancellable is cancelled, so it
 * is for a thread of its own. No prompt of the service is ever shown: what would need one fails as
 * PF_KEYRING_ERROR_LOCKED. */
#pragma once

#include <gio/gio.h>

#include "secret.h"

#define PF_KEYRING_ERROR pf_keyring_error_quark()
GQuark pf_keyring_error_quark(void);

typedef enum {
    PF_KEYRING_ERROR_UNAVAILABLE, /* no bus, no service, no keyring to put things into */
    PF_KEYRING_ERROR_LOCKED,
    PF_KEYRING_ERROR_PLAIN, /* the service would send PINs in clear */
} PfKeyringError;

/* What Pinfold knows of an item: ready to be used, or lent to a program whose answer is not known
 * yet. It is written down before the PIN leaves, so that whatever happens afterwards, a PIN that
 * the token may have refused is not presented again. */
typedef enum {
    PF_KEYRING_ITEM_ANY, /* for searches */
    PF_KEYRING_ITEM_READY,
    PF_KEYRING_ITEM_LENT,
} PfKeyringItemState;

typedef struct PfKeyringSession PfKeyringSession;

/* A session with the keyring of the alias default, which is unlocked. CANCELLABLE is for everything
 * that is done in it. */
PfKeyringSession *pf_keyring_session_open(GCancellable *cancellable, GError **error);

/* NULL is fine. */
void pf_keyring_session_free(PfKeyringSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfKeyringSession, pf_keyring_session_free)

/* The paths of the unlocked items of TOKEN_URI (NULL: of every token) in STATE. Free with
 * g_strfreev(). */
GStrv pf_keyring_session_find(PfKeyringSession *session, const char *token_uri,
                              PfKeyringItemState state, GError **error);

/* The token of an item, and when the item was made (Unix seconds). FALSE for an item that is not
 * understood. */
gboolean pf_keyring_session_describe(PfKeyringSession *session, const char *path,
                                     char **ret_token_uri, gint64 *ret_since);

/* The PIN of an item, or NULL. The caller's. */
PfSecret *pf_keyring_session_read(PfKeyringSession *session, const char *path, GError **error);

gboolean pf_keyring_session_set_state(PfKeyringSession *session, const char *path,
                                      const char *token_uri, PfKeyringItemState state,
                                      GError **error);
gboolean pf_keyring_session_delete(PfKeyringSession *session, const char *path, GError **error);

/* PIN encrypted for this session, or NULL. Does not wait: the PIN is not needed any more. */
GVariant *pf_keyring_session_encrypt(PfKeyringSession *session, const PfSecret *pin,
                                     GError **error);

/* A new item that is ready, of what pf_keyring_session_encrypt() made. */
gboolean pf_keyring_session_create(PfKeyringSession *session, const char *token_uri,
                                   GVariant *encrypted, GError **error);
