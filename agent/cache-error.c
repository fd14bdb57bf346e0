/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheError: one table from code to D-Bus name. */
#include "cache-error.h"

#include "wire-names.h"

G_DEFINE_QUARK(pf - cache - error, pf_cache_error)

static const char *const dbus_names[] = {
    [PF_CACHE_ERROR_PROTOCOL] = PF_WIRE_ERROR_PROTOCOL,
    [PF_CACHE_ERROR_LIMIT] = PF_WIRE_ERROR_LIMIT,
    [PF_CACHE_ERROR_BUSY] = PF_WIRE_ERROR_BUSY,
    [PF_CACHE_ERROR_NOT_CACHED] = PF_WIRE_ERROR_NOT_CACHED,
    [PF_CACHE_ERROR_NO_DOMAIN] = PF_WIRE_ERROR_NO_DOMAIN,
    [PF_CACHE_ERROR_NOT_LOGGED_IN] = PF_WIRE_ERROR_NOT_LOGGED_IN,
    [PF_CACHE_ERROR_ASLEEP] = PF_WIRE_ERROR_ASLEEP,
    [PF_CACHE_ERROR_CANCELED] = PF_WIRE_ERROR_CANCELED,
    [PF_CACHE_ERROR_NO_PROMPTER] = PF_WIRE_ERROR_NO_PROMPTER,
    [PF_CACHE_ERROR_NO_LEASE] = PF_WIRE_ERROR_NO_LEASE,
    [PF_CACHE_ERROR_NO_REQUEST] = PF_WIRE_ERROR_NO_REQUEST,
    [PF_CACHE_ERROR_PIN_LENGTH] = PF_WIRE_ERROR_PIN_LENGTH,
    [PF_CACHE_ERROR_LOGGED_IN] = PF_WIRE_ERROR_LOGGED_IN,
    [PF_CACHE_ERROR_USER_LOGGED_IN] = PF_WIRE_ERROR_USER_LOGGED_IN,
    [PF_CACHE_ERROR_OFFICER_LOGGED_IN] = PF_WIRE_ERROR_OFFICER_LOGGED_IN,
    [PF_CACHE_ERROR_READ_ONLY_EXISTS] = PF_WIRE_ERROR_READ_ONLY_EXISTS,
    [PF_CACHE_ERROR_ACCESS_DENIED] = "org.freedesktop.DBus.Error.AccessDenied",
    [PF_CACHE_ERROR_INVALID_ARGS] = "org.freedesktop.DBus.Error.InvalidArgs",
};

const char *
pf_cache_error_get_dbus_name(const GError *error)
{
    if (error->domain != PF_CACHE_ERROR || error->code < 0 ||
        (gsize)error->code >= G_N_ELEMENTS(dbus_names))
        return "org.freedesktop.DBus.Error.Failed";
    return dbus_names[error->code];
}
