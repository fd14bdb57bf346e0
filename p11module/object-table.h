/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The table of objects, for the two files that keep it. The module's lock is held in all of these.
 */
#pragma once

#include "object.h"

/* Gives OBJECT a handle and takes the caller's reference to it. Returns false without memory. */
bool pf_object_table_add(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real);

/* Takes it out; freed when nobody holds it. */
void pf_object_table_remove(PfModule *module, PfObject *object);

/* REAL names OBJECT from now on, whatever it named before. */
void pf_object_table_rekey(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real);

/* The object that REAL names, whether that is still true or not; NULL: none. */
PfObject *pf_object_table_find_real(PfModule *module, const PfSlot *slot, CK_OBJECT_HANDLE real);

/* Frees an object that is not in the table. NULL is fine. */
void pf_object_free(PfObject *object);
