/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Text for a terminal: aligned columns, and nothing in it that a card or a program put there. */
#pragma once

#include <glib.h>

/* TEXT with every control character replaced: a token's label must not move the cursor. */
char *pf_ctl_text_dup_safe(const char *text);

/* Prints "pinfoldctl: MESSAGE" on standard error. */
void pf_ctl_text_print_error(const char *message);

/* Unix seconds as a local date and time; "" for what is none. */
char *pf_ctl_text_dup_time(gint64 seconds);

/* Rows of columns; print pads each column to its widest cell. */
typedef struct PfCtlTable PfCtlTable;

PfCtlTable *pf_ctl_table_new(guint columns);

/* As many cells as the table has columns; copied, made safe. */
void pf_ctl_table_add(PfCtlTable *table, ...);

/* Prints each row after INDENT blanks, and frees the table. */
void pf_ctl_table_print(PfCtlTable *table, guint indent);
