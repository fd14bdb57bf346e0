/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* org.pinfold.Cache1 on one connection: parse, check, call the cache, answer. */
#pragma once

#include "peer-connection.h"

/* Adds the interface to the connection's bus, which is not started yet. Returns 0 or -errno. */
int pf_cache_service_add(PfPeerConnection *connection);
