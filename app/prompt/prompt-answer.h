/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the person answered in a dialog, on its way to the agent: PINs go in pages. */
#pragma once

#include "pin-page.h"
#include "prompt-dialog.h"
#include "prompter-bus.h"

typedef struct {
    PfPinPage page;     /* the PIN */
    PfPinPage new_page; /* of a PIN change */
    sd_bus_slot *call;  /* NULL: none is on its way */
} PfPromptAnswer;

#define PF_PROMPT_ANSWER_NONE                                                                      \
    ((PfPromptAnswer){.page = PF_PIN_PAGE_NONE, .new_page = PF_PIN_PAGE_NONE})

/* Takes what was typed into DIALOG. Returns 0 or a negative errno with nothing taken: there is no
 * protected memory for it. */
int pf_prompt_answer_take(PfPromptAnswer *answer, PfPromptDialog *dialog);

/* Sends it by BUS as the answer to DIALOG's request. DONE, called with USER_DATA, gets the reply,
 * unless the answer is forgotten before. Returns 0 or a negative errno when it is not sent. */
int pf_prompt_answer_send(PfPromptAnswer *answer, PfPrompterBus *bus, PfPromptDialog *dialog,
                          sd_bus_message_handler_t done, gpointer user_data);

/* The receiver has its copy, or nobody will take one. */
void pf_prompt_answer_forget(PfPromptAnswer *answer);
