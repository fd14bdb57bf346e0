/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Buses that may hang: nothing here waits longer than some seconds. */
#pragma once

#include <gio/gio.h>

/* The bus of TYPE, or NULL with *ERROR (G_IO_ERROR_TIMED_OUT when it does not answer in TIMEOUT_S
 * seconds). Runs the default main context. */
GDBusConnection *pf_ctl_bus_get(GBusType type, guint timeout_s, GError **error);

/* Calls METHOD of NAME, which is not started for it; the answer is of REPLY_TYPE. */
GVariant *pf_ctl_bus_call(GDBusConnection *bus, const char *name, const char *path,
                          const char *interface, const char *method, GVariant *parameters,
                          const char *reply_type, GError **error);

/* Has somebody NAME? */
gboolean pf_ctl_bus_has_owner(GDBusConnection *bus, const char *name);

/* Could NAME be started by the bus? */
gboolean pf_ctl_bus_can_activate(GDBusConnection *bus, const char *name);

/* A property that is true or false; OTHERWISE where it is not told. */
gboolean pf_ctl_bus_get_boolean(GDBusConnection *bus, const char *name, const char *path,
                                const char *interface, const char *property, gboolean otherwise);
