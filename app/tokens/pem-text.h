/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* DER in the armour that every program reads. */
#pragma once

#include <glib.h>

/* DER as PEM, between lines that name it by LABEL (PEM_STRING_…). The caller owns it. */
GBytes *pf_pem_text_encode(const char *label, GBytes *der);
