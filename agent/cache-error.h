/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Why the cache refuses a call, and the D-Bus name of that. */
#pragma once

#include <glib.h>

typedef enum {
    PF_CACHE_ERROR_PROTOCOL,
    PF_CACHE_ERROR_LIMIT,
    PF_CACHE_ERROR_BUSY,
    PF_CACHE_ERROR_NOT_CACHED,
    PF_CACHE_ERROR_NO_DOMAIN,
    PF_CACHE_ERROR_NOT_LOGGED_IN,
    PF_CACHE_ERROR_ASLEEP,
    PF_CACHE_ERROR_CANCELED,
    PF_CACHE_ERROR_NO_PROMPTER,
    PF_CACHE_ERROR_NO_LEASE,
    PF_CACHE_ERROR_NO_REQUEST,
    PF_CACHE_ERROR_PIN_LENGTH,
    PF_CACHE_ERROR_LOGGED_IN,
    PF_CACHE_ERROR_USER_LOGGED_IN,
    PF_CACHE_ERROR_OFFICER_LOGGED_IN,
    PF_CACHE_ERROR_READ_ONLY_EXISTS,
    PF_CACHE_ERROR_ACCESS_DENIED,
    PF_CACHE_ERROR_INVALID_ARGS,
} PfCacheError;

#define PF_CACHE_ERROR pf_cache_error_quark()
GQuark pf_cache_error_quark(void);

/* org.pinfold.Error.* and the two of org.freedesktop.DBus.Error; Failed for a foreign error. */
const char *pf_cache_error_get_dbus_name(const GError *error);
