/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctorRedaction: takes out of a report what is nobody else's business, whoever has written it
 * there: the words of an error can have a path in them, those of a module a token's label. */
#pragma once

#include "doctor.h"

typedef struct PfDoctorRedaction PfDoctorRedaction;

/* Knows the person's home, runtime directory, names and machine, and of DOCTOR, before that is made
 * anonymous, each token and reader. */
PfDoctorRedaction *pf_doctor_redaction_new(PfDoctor *doctor);

/* Replaces all of that in the texts that ARRAY's objects have, down to those within them. */
void pf_doctor_redaction_apply(const PfDoctorRedaction *redaction, JsonArray *array);

/* NULL is fine. */
void pf_doctor_redaction_free(PfDoctorRedaction *redaction);
