/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The part of a dialog that says who asks, for what, of which token, reader, key and login. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"

#define PF_TYPE_REQUEST_VIEW (pf_request_view_get_type())
G_DECLARE_FINAL_TYPE(PfRequestView, pf_request_view, PF, REQUEST_VIEW, GtkBox)

/* Shows REQUEST, and the icon of its program in ICON. */
void pf_request_view_show(PfRequestView *self, const PfPinRequest *request, GtkImage *icon);

/* LABEL, which begins a row that the dialog has below the view, gets the width of the view's own.
 */
void pf_request_view_align(PfRequestView *self, GtkWidget *label);
