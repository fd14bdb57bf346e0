/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The calls of Prompter1 on the prompter's connection. No PIN is ever in them. */
#pragma once

#include <systemd/sd-bus.h>

#include "dialog-details.h"

typedef void (*PfPrompterRefused)(guint64 request, gpointer user_data);

/* The method that asks what DETAILS want, or Retry when PREVIOUS is not 0. TRIES is left out when
 * negative. ON_REFUSED is called, from the loop, when the prompter answers REQUEST with an error.
 * Returns 0 or -errno. */
int pf_prompter_show(sd_bus *bus, guint64 previous, guint64 request, const PfDialogDetails *details,
                     int tries, PfPrompterRefused on_refused, gpointer user_data);

/* A number for one question, which nobody can guess. */
guint64 pf_prompter_draw_request(void);

/* Close; there is no answer to wait for. */
void pf_prompter_close(sd_bus *bus, guint64 request, const char *reason);
