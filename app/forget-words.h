/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Words for the reasons of Agent1.Forgotten. */
#pragma once

/* What REASON means to the person, in their language, to stand behind a colon; NULL for one that is
 * not known here. Static. */
const char *pf_forget_words_find(const char *reason);
