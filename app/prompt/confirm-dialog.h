/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The window in which a person agrees to one use of a key, without typing the PIN (DESIGN 4.11). */
#pragma once

#include "prompt-dialog.h"

#define PF_TYPE_CONFIRM_DIALOG (pf_confirm_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfConfirmDialog, pf_confirm_dialog, PF, CONFIRM_DIALOG, PfPromptDialog)

/* A dialog for REQUEST, which it takes. Its default button is Cancel. */
PfPromptDialog *pf_confirm_dialog_new(PfPinRequest *request);
