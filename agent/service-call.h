/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How each call of a module to Cache1 begins. */
#pragma once

#include "peer-connection.h"

/* The context for a client's call, with the checks that every one of them needs; CREATE: a new one
 * if its process has none. NULL: MESSAGE is answered already. */
PfProcessContext *pf_service_call_begin(PfPeerConnection *connection, sd_bus_message *message,
                                        gboolean create);

/* The same, and reads the triple that names a domain. */
PfProcessContext *pf_service_call_begin_for(PfPeerConnection *connection, sd_bus_message *message,
                                            PfCacheDomainArg *ret_domain);
