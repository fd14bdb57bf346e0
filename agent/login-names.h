/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Names of logind, on the system bus. */
#pragma once

#define PF_LOGIN_NAME    "org.freedesktop.login1"
#define PF_LOGIN_PATH    "/org/freedesktop/login1"
#define PF_LOGIN_MANAGER "org.freedesktop.login1.Manager"
#define PF_LOGIN_SESSION "org.freedesktop.login1.Session"
#define PF_LOGIN_SEAT    "org.freedesktop.login1.Seat"
