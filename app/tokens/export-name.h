/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Names of files for what leaves a token. */
#pragma once

/* After NAME, which is plain text and may be anything; with ENDING. The caller owns it. */
char *pf_export_name_dup(const char *name, const char *ending);
