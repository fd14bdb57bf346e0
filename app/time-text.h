/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A moment in words. */
#pragma once

#include <glib.h>

/* Clock time for today, else date and time, of SINCE in Unix seconds; the caller's. */
char *pf_time_text_dup(gint64 since);
