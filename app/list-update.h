/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* New content for a list that is shown. */
#pragma once

#include <gio/gio.h>

/* Makes LIST hold ITEMS. Replaces only what is between the first and the last items that differ by
 * EQUAL, so that rows which stay keep their widgets and the keyboard focus in them. Returns whether
 * anything changed. */
gboolean pf_list_update_set(GListStore *list, GPtrArray *items, GEqualFunc equal);
