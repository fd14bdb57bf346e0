/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What opens sessions and what ends them share. */
#pragma once

#include "session.h"

/* Takes the session out of its domain's count, once. */
void pf_session_uncount(PfModule *module, PfSession *session);

/* A session that nobody can find any more, or could yet. */
void pf_session_free(PfSession *session);
