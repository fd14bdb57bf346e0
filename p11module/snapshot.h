/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The snapshot: private token objects as they were at login, so that searching and reading cost no
 * login (DESIGN 4.3). It is the set of PfObjects that carry attributes. */
#pragma once

#include "attributes.h"
#include "session.h"

/* A backend session of Pinfold's own, the caller's to close: the host's may be in the middle of an
 * operation. */
CK_RV pf_snapshot_open_session(PfCall *call, CK_SESSION_HANDLE *ret_own);

/* Lists the objects of a login just made, in its own window; the login's mark is not known before
 * the agent has it, so the objects wait in the result until pf_snapshot_adopt(). NULL when the
 * token would not tell: the first window tries again. */
typedef struct PfSnapshot PfSnapshot;
PfSnapshot *pf_snapshot_take(PfCall *call);

/* Makes the objects those of the domain's present login, and frees. NULL is fine. */
void pf_snapshot_adopt(PfCall *call, PfSnapshot *snapshot);
void pf_snapshot_free(PfSnapshot *snapshot);

/* In an open window: takes the snapshot if this login has none yet (a process that joined), or if
 * another process changed objects since. */
void pf_snapshot_refresh(PfCall *call);

/* The domain's objects generation now. No system call. */
uint64_t pf_snapshot_get_generation(PfCall *call);

/* The change that made BEFORE the next generation is in the snapshot already, if it was fresh. */
void pf_snapshot_skip_generation(PfCall *call, uint64_t before);

/* Looks in an open window for the backend's object with just this identity. RET_COUNT: how many
 * there are; RET_REAL is the last of them. */
CK_RV pf_snapshot_find_again(PfCall *call, const PfAttributes *attributes,
                             CK_OBJECT_HANDLE *ret_real, size_t *ret_count);
