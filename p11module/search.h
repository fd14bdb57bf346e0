/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Searching: what the backend shows, plus the snapshot of what it hides while logged out. */
#pragma once

#include "session.h"

/* All matches in the backend session REAL; the array is the caller's. KEEP_OPEN leaves the
 * backend's search active, so that it refuses what it would refuse during one. */
CK_RV pf_search_backend(PfBackend *backend, CK_SESSION_HANDLE real, CK_ATTRIBUTE *template,
                        CK_ULONG count, bool keep_open, CK_OBJECT_HANDLE **ret_real,
                        size_t *ret_count);

/* C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal (PKCS#11 2.40, 5.7). */
CK_RV pf_search_begin(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV pf_search_next(PfCall *call, CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *ret_count);
CK_RV pf_search_end(PfCall *call);
