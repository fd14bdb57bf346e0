/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterRecord: what registering has changed in one place of one program, with a copy of each
 * file as it was before, so that unregistering can undo it. */
#pragma once

#include <gio/gio.h>

#include "register-entry.h"
#include "register-file.h"
#include "register-place.h"

typedef struct PfRegisterRecord PfRegisterRecord;

/* The record of PROGRAM's place at PATH; an empty one where nothing is known. Free with
 * pf_register_record_free(). */
PfRegisterRecord *pf_register_record_open(const PfRegisterPlace *place, const char *program,
                                          const char *path);

/* Is all that it names in PLACE (pf_register_place_check_inside())? FALSE with *ERROR: it is not to
 * be used. An image can bring records along. */
gboolean pf_register_record_check(const PfRegisterRecord *record, const PfRegisterPlace *place,
                                  GError **error);

void pf_register_record_free(PfRegisterRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfRegisterRecord, pf_register_record_free)

/* Has something been changed before? */
gboolean pf_register_record_is_used(const PfRegisterRecord *record);

/* Are all files as they were left after registering, so that the copies can be put back? FALSE for
 * an empty record too. */
gboolean pf_register_record_is_exact(const PfRegisterRecord *record);

/* The files' own changes are no longer only these: unregistering takes out what was put in. */
void pf_register_record_set_inexact(PfRegisterRecord *record);

/* Copies FILE, as it is, unless there is a copy already. */
gboolean pf_register_record_keep(PfRegisterRecord *record, const PfRegisterFile *file,
                                 GError **error);

/* A folder that was made, the outer one first. */
void pf_register_record_add_folder(PfRegisterRecord *record, const char *path);

/* The folders that were made; the record's. */
GPtrArray *pf_register_record_get_folders(const PfRegisterRecord *record);

/* Copies ENTRY, which was taken out of the program's list. */
void pf_register_record_add_replaced(PfRegisterRecord *record, const PfRegisterEntry *entry);

/* PfRegisterEntry; the record's. */
GPtrArray *pf_register_record_get_replaced(const PfRegisterRecord *record);

/* Notes how all files are now, and writes the record. */
gboolean pf_register_record_save(PfRegisterRecord *record, GError **error);

/* The files that were kept: their paths, the caller's container. */
GPtrArray *pf_register_record_list_files(const PfRegisterRecord *record);

/* Reads what the file at PATH was before; *RET_CONTENT NULL for a file that was not there. FALSE
 * with *ERROR where the copy is lost. */
gboolean pf_register_record_get_before(const PfRegisterRecord *record, const char *path,
                                       GBytes **ret_content, GError **error);

/* Removes it, with the copies, and the folders of records that are empty then. */
void pf_register_record_delete(PfRegisterRecord *record);
