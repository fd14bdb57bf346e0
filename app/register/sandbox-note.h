/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What to do about programs that run in a sandbox, which loads no module from outside. */
#pragma once

#include "register-place.h"
#include "register-target.h"

/* A note in SIGHT where FOLDER, below the home directory, shows that TITLE is used as a Snap. */
void pf_sandbox_note_add_snap(const PfRegisterPlace *place, const char *title, const char *folder,
                              PfRegisterSight *sight);

/* The same for the Flatpak ID. */
void pf_sandbox_note_add_flatpak(const PfRegisterPlace *place, const char *title,
                                 const char *folder, const char *id, PfRegisterSight *sight);
