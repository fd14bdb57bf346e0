/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What can be done to a token, as a menu. */
#pragma once

#include <gio/gio.h>

#include "token-item.h"

/* The entries whose actions APPLICATION has and which fit TOKEN, as a set of bits: the same set is
 * the same menu, and one that is open need not be replaced. */
guint pf_token_menu_choose(GActionGroup *application, PfTokenItem *token);

/* The menu of such a set; NULL for the empty one. The caller owns it. */
GMenuModel *pf_token_menu_new(PfTokenItem *token, guint chosen);
