/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which card reader a slot of a PKCS#11 module is: they have nothing in common but a text. */
#pragma once

#include "token-report.h"

/* Is a slot with this description the reader NAME? PKCS#11 cuts it at 64 bytes and pads it. */
gboolean pf_reader_match_is_slot(const char *slot_description, const char *name);

/* Fills in TOKEN's reader, of READERS, an array of PfPcscReader. FALSE: it is empty, and TOKEN old
 * news. */
gboolean pf_reader_match_fill_in(const GPtrArray *readers, PfToken *token);
