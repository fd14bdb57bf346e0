/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterPlace: for whom programs are told of Pinfold's module: the user, or everybody. */
#pragma once

#include <glib.h>

#include "config.h"

typedef struct {
    gboolean is_system; /* for everybody, by files of the administrator */
    char *root;         /* what the system's files are under: "" but for an image */
    char *home;
    char *config_home;
    char *data_home;
    char *records; /* the folder of what was changed, see register-record.h */
    char *module;  /* Pinfold's own, absolute */
    PfConfig *config;
} PfRegisterPlace;

/* MODULE is the path that programs are given. ROOT, NULL for none, is a directory that holds a
 * whole system, with IS_SYSTEM. NULL with *ERROR: MODULE cannot be written into configuration
 * files, or a folder of the user's is somebody else's. Free with pf_register_place_free(). */
PfRegisterPlace *pf_register_place_new(const char *module, gboolean is_system, const char *root,
                                       GError **error);

void pf_register_place_free(PfRegisterPlace *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfRegisterPlace, pf_register_place_free)

/* PATH of the system below the place's root; free with g_free(). */
char *pf_register_place_dup_system(const PfRegisterPlace *place, const char *path);

/* Is LIBRARY, a path or a name, Pinfold's module, of this installation or of another? */
gboolean pf_register_place_is_own(const PfRegisterPlace *place, const char *library);

/* Is LIBRARY Pinfold's module as the place has it? */
gboolean pf_register_place_is_module(const PfRegisterPlace *place, const char *library);

/* Is LIBRARY one that Pinfold stands in front of, or one that brings such along? A program that
 * loads both shows each token twice, and one of them logs in behind the other's back. */
gboolean pf_register_place_is_double(const PfRegisterPlace *place, const char *library);

/* Of an image: does PATH lead out of it, by a link or by its name? Then it is another system's, and
 * FALSE with *ERROR. Of folders that are not there yet those above them are asked. */
gboolean pf_register_place_check_inside(const PfRegisterPlace *place, const char *path,
                                        GError **error);

/* For all users only a module will do that nobody but root can change. FALSE with *ERROR in words
 * for people. Of an image this is not asked: it is not yet where it will be. */
gboolean pf_register_place_check_module(const PfRegisterPlace *place, GError **error);
