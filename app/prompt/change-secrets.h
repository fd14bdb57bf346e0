/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The secrets of a change, between the dialog in which they were typed and the work that needs
 * them. */
#pragma once

#include <glib.h>

#include "secret.h"

/* What was typed; NULL where nothing was. */
typedef struct {
    PfSecret *proof;
    PfSecret *secret; /* the new PIN, or the password of a file */
} PfChangeSecrets;

/* Copies both texts; NULL, or an empty one, is none. FALSE with nothing copied where there is no
 * locked memory for them; errno says why. The caller clears. */
gboolean pf_change_secrets_copy(const char *proof, const char *secret,
                                PfChangeSecrets *ret_secrets);

/* Frees both; none are left. */
void pf_change_secrets_clear(PfChangeSecrets *secrets);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PfChangeSecrets, pf_change_secrets_clear)
