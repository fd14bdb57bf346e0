/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tells the person how a PIN dialog ended when that is bad news. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"

/* Shows a message for REASON of Prompter1.Close (`failed` or `locked`; nothing for the others). It
 * is a window of APPLICATION that goes when the person closes it. Main thread. */
void pf_pin_notice_show(GtkApplication *application, const PfPinRequest *request,
                        const char *reason);
