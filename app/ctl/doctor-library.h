/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What can be said of a PKCS#11 module's file without loading it. */
#pragma once

#include <glib.h>

typedef enum {
    PF_DOCTOR_LIBRARY_OK,
    PF_DOCTOR_LIBRARY_MISSING,
    PF_DOCTOR_LIBRARY_UNREADABLE,    /* for us, or a folder above it is closed */
    PF_DOCTOR_LIBRARY_NOT_ONE,       /* another kind of file */
    PF_DOCTOR_LIBRARY_OTHER_MACHINE, /* for another processor, or another word size */
    PF_DOCTOR_LIBRARY_WRITABLE,      /* good, but others can change it */
} PfDoctorLibrary;

PfDoctorLibrary pf_doctor_library_check(const char *path);
