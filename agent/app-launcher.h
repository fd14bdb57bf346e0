/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Starts the app over the session bus, so that somebody can be asked. */
#pragma once

#include <glib-object.h>

/* Asks the bus to start the app. OWNER is kept alive until the answer; ON_FAILED(owner) is called
 * from the loop when it is no. */
void pf_app_launcher_start(GObject *owner, void (*on_failed)(gpointer owner));
