/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app's connection to the private socket: comes back with the agent, without polling. */
#pragma once

#include <systemd/sd-bus.h>

#include <gio/gio.h>

#define PF_TYPE_PROMPTER_BUS (pf_prompter_bus_get_type())
G_DECLARE_FINAL_TYPE(PfPrompterBus, pf_prompter_bus, PF, PROMPTER_BUS, GObject)

/* Serves VTABLE as org.pinfold.Prompter1 with USER_DATA on each connection, which it registers as
 * the prompter's. Emits "lost" when a connection is over, and "refused" afterwards where the agent
 * does not take this process for its app. USER_DATA outlives the object. The caller owns it;
 * nothing happens before pf_prompter_bus_connect(). Main thread. */
PfPrompterBus *pf_prompter_bus_new(const sd_bus_vtable *vtable, gpointer user_data);

/* Connects unless connected, now and whenever the socket appears. Trouble is logged, not reported:
 * the agent may not be there yet. */
void pf_prompter_bus_connect(PfPrompterBus *self);

/* To send something over it now. Borrowed; NULL while not connected. */
sd_bus *pf_prompter_bus_get(PfPrompterBus *self);

/* Tells the agent that the person ended REQUEST without an answer. */
void pf_prompter_bus_cancel(PfPrompterBus *self, guint64 request);

/* Answers REQUEST with DECISION, a word of Cache1.AnswerConsent; DONE gets the reply unless
 * RET_SLOT goes before. Negative errno when it is not sent. */
int pf_prompter_bus_answer_consent(PfPrompterBus *self, sd_bus_slot **ret_slot, guint64 request,
                                   const char *decision, sd_bus_message_handler_t done,
                                   gpointer user_data);
