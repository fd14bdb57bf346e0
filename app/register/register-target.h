/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterTarget: one place in which a program has its list of PKCS#11 modules. */
#pragma once

#include <glib.h>

#include "register-entry.h"

typedef struct {
    char *label;            /* for people: "profile “default”" */
    char *path;             /* the file with the list, or where it would be */
    char *lock_path;        /* locked while the list is changed, if it is there; or NULL */
    char *fallback_path;    /* the list that holds while there is no file at path; or NULL */
    char *hindrance;        /* why it cannot be changed now, a sentence for people; or NULL */
    gboolean is_registered; /* Pinfold's module is in the list */
    gboolean is_outdated;   /* another installation's is */
    gboolean is_unknown;    /* what is there cannot be found out: hindrance says why */
    GPtrArray *doubles;     /* PfRegisterEntry: modules that bring the same tokens */
} PfRegisterTarget;

/* Copies. Free with pf_register_target_free(). */
PfRegisterTarget *pf_register_target_new(const char *label, const char *path);

void pf_register_target_free(gpointer target);

/* What a program's places are, and what there is to say of it beyond. */
typedef struct {
    GPtrArray *targets; /* PfRegisterTarget */
    GPtrArray *notes;   /* char *, sentences: what cannot be registered, and what to do instead */
    GPtrArray *hints;   /* char *, the same, of what is done at a terminal */
    gboolean is_in_sandbox; /* a note says that the program is there as a Snap or Flatpak as well */
} PfRegisterSight;

PfRegisterSight *pf_register_target_sight_new(void);

void pf_register_target_sight_free(PfRegisterSight *sight);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfRegisterSight, pf_register_target_sight_free)
