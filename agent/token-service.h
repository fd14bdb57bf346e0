/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The part of Cache1 by which modules tell of a token, without a PIN. */
#pragma once

#include "peer-connection.h"

/* Adds the methods to the connection's bus. Negative errno on failure. */
int pf_token_service_add(PfPeerConnection *connection);
