/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Card readers as the kernel sees them, whether anything has a driver for them or not. */
#pragma once

#include <glib.h>

/* Is a USB device there that says of itself that it is a card reader? */
gboolean pf_doctor_usb_has_reader(void);
