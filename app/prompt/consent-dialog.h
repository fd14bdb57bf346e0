/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The window in which a person says whether a program may use a login that it did not make (DESIGN
 * 5).
 */
#pragma once

#include "prompt-dialog.h"

#define PF_TYPE_CONSENT_DIALOG (pf_consent_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfConsentDialog, pf_consent_dialog, PF, CONSENT_DIALOG, PfPromptDialog)

/* A dialog for REQUEST, which it takes. Its default button is Cancel; answers that cannot be kept
 * are not offered. */
PfPromptDialog *pf_consent_dialog_new(PfPinRequest *request);

/* The word of Cache1.AnswerConsent that the person chose; NULL before "submitted". Static. */
const char *pf_consent_dialog_get_decision(PfConsentDialog *self);
