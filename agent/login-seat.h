/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginSeat: tells when another user's session comes to the front of a seat. Main thread only. */
#pragma once

#include <gio/gio.h>

typedef struct PfLoginSeat PfLoginSeat;

typedef void (*PfLoginSeatFunc)(gpointer user_data);

/* PATH: the seat's object. A session of another user that is in front already is told, too. */
PfLoginSeat *pf_login_seat_new(GDBusConnection *system_bus, const char *path, PfLoginSeatFunc func,
                               gpointer user_data);

/* Looks who is in front; it does so by itself when the seat says that this has changed. */
void pf_login_seat_look(PfLoginSeat *seat);

/* Nothing is told afterwards. NULL is fine. */
void pf_login_seat_free(PfLoginSeat *seat);
