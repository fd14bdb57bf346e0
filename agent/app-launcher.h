/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Starts the app over the session bus, so that somebody can be asked; in a Flatpak by itself, as
 * what the bus starts is in another sandbox. */
#pragma once

#include <glib-object.h>

/* Has the app started. OWNER is kept alive until that is known; ON_FAILED(owner) is called from the
 * loop when it cannot be. */
void pf_app_launcher_start(GObject *owner, void (*on_failed)(gpointer owner));
