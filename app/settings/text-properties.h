/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Properties by which a UI file gives a widget its words. */
#pragma once

#include <glib-object.h>

/* Installs properties of the NAMES in KLASS, with the IDs from 1 on. NULL ends NAMES, which have to
 * be static. */
void pf_text_properties_install(GObjectClass *klass, const char *const *names);
