/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterRecord: a folder with a key file and the copies. Strings in it are base64: paths and
 * other programs' lines may be in any encoding. */
#include "register-record.h"

#include <glib/gstdio.h>
#include <string.h>

#define GROUP "record"

#define INI_NAME    "record.ini"
#define COPY_PREFIX "before-"

typedef struct {
    char *path;
    gboolean existed;
    char *left; /* the digest of what registering left, "" for no file, NULL: it never finished */
} Kept;

struct PfRegisterRecord {
    char *folder;
    char *records;   /* the folder of all records */
    int parent_mode; /* of folders above that one */
    gboolean is_inexact;
    GPtrArray *kept;     /* Kept */
    GPtrArray *folders;  /* paths */
    GPtrArray *replaced; /* PfRegisterEntry */
};

static void
kept_free(gpointer data)
{
    Kept *kept = data;
    g_free(kept->path);
    g_free(kept->left);
    g_free(kept);
}

static void
set_text(GKeyFile *file, const char *group, const char *key, const char *text)
{
    g_autofree char *coded = g_base64_encode((const guchar *)text, strlen(text));
    g_key_file_set_value(file, group, key, coded);
}

/* NULL for none. */
static char *
dup_text(GKeyFile *file, const char *group, const char *key)
{
    gsize len;
    g_autofree char *coded = g_key_file_get_value(file, group, key, NULL);
    return coded != NULL ? (char *)g_base64_decode(coded, &len) : NULL;
}

static char *
dup_ini_path(const PfRegisterRecord *record)
{
    return g_build_filename(record->folder, INI_NAME, NULL);
}

static char *
dup_copy_path(const PfRegisterRecord *record, guint i)
{
    g_autofree char *name = g_strdup_printf(COPY_PREFIX "%u", i);
    return g_build_filename(record->folder, name, NULL);
}

static void
load_group(PfRegisterRecord *record, GKeyFile *file, const char *group)
{
    if (g_str_has_prefix(group, "file-")) {
        Kept *kept = g_new0(Kept, 1);
        kept->path = dup_text(file, group, "path");
        kept->existed = g_key_file_get_boolean(file, group, "existed", NULL);
        kept->left = g_key_file_get_value(file, group, "left", NULL);
        /* Without one nothing is put back: which copy is whose does not matter any more. */
        record->is_inexact = record->is_inexact || kept->path == NULL;
        if (kept->path != NULL)
            g_ptr_array_add(record->kept, kept);
        else
            kept_free(kept);
    } else if (g_str_has_prefix(group, "folder-")) {
        char *path = dup_text(file, group, "path");
        if (path != NULL)
            g_ptr_array_add(record->folders, path);
    } else if (g_str_has_prefix(group, "replaced-")) {
        g_autofree char *name = dup_text(file, group, "name");
        g_autofree char *library = dup_text(file, group, "library");
        g_autofree char *text = dup_text(file, group, "text");
        if (name != NULL && library != NULL)
            g_ptr_array_add(record->replaced, pf_register_entry_new(name, library, text));
    }
}

static void
load(PfRegisterRecord *record)
{
    g_autofree char *path = dup_ini_path(record);
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return;
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    record->is_inexact = g_key_file_get_boolean(file, GROUP, "inexact", NULL);
    for (char **group = groups; *group != NULL; group++)
        load_group(record, file, *group);
}

PfRegisterRecord *
pf_register_record_open(const PfRegisterPlace *place, const char *program, const char *path)
{
    PfRegisterRecord *record = g_new0(PfRegisterRecord, 1);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, path, -1);
    g_autofree char *name = g_strdup_printf("%s-%.16s", program, digest);
    record->records = g_strdup(place->records);
    record->parent_mode = place->is_system ? 0755 : 0700;
    record->folder = g_build_filename(place->records, name, NULL);
    record->kept = g_ptr_array_new_with_free_func(kept_free);
    record->folders = g_ptr_array_new_with_free_func(g_free);
    record->replaced = pf_register_entry_list_new();
    load(record);
    return record;
}

gboolean
pf_register_record_check(const PfRegisterRecord *record, const PfRegisterPlace *place,
                         GError **error)
{
    gboolean is_good = pf_register_place_check_inside(place, record->folder, error);
    for (guint i = 0; is_good && i < record->kept->len; i++)
        is_good =
            pf_register_place_check_inside(place, ((Kept *)record->kept->pdata[i])->path, error);
    for (guint i = 0; is_good && i < record->folders->len; i++)
        is_good = pf_register_place_check_inside(place, record->folders->pdata[i], error);
    return is_good;
}

void
pf_register_record_free(PfRegisterRecord *record)
{
    g_free(record->folder);
    g_free(record->records);
    g_ptr_array_unref(record->kept);
    g_ptr_array_unref(record->folders);
    g_ptr_array_unref(record->replaced);
    g_free(record);
}

/* "" for no file; NULL where it cannot be read. */
static char *
dup_digest(const char *path)
{
    g_autoptr(PfRegisterFile) file = pf_register_file_read(path, NULL);
    if (file == NULL)
        return NULL;
    return file->content != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file->content)
                                 : g_strdup("");
}

gboolean
pf_register_record_is_used(const PfRegisterRecord *record)
{
    return record->kept->len > 0;
}

gboolean
pf_register_record_is_exact(const PfRegisterRecord *record)
{
    for (guint i = 0; !record->is_inexact && i < record->kept->len; i++) {
        const Kept *kept = record->kept->pdata[i];
        g_autofree char *now = dup_digest(kept->path);
        if (kept->left == NULL || g_strcmp0(now, kept->left) != 0)
            return FALSE;
    }
    return !record->is_inexact && record->kept->len > 0;
}

void
pf_register_record_set_inexact(PfRegisterRecord *record)
{
    record->is_inexact = TRUE;
}

static gint
find_kept(const PfRegisterRecord *record, const char *path)
{
    for (guint i = 0; i < record->kept->len; i++) {
        if (g_str_equal(((Kept *)record->kept->pdata[i])->path, path))
            return (gint)i;
    }
    return -1;
}

gboolean
pf_register_record_keep(PfRegisterRecord *record, const PfRegisterFile *file, GError **error)
{
    if (find_kept(record, file->path) >= 0)
        return TRUE;
    g_autofree char *parent = g_path_get_dirname(record->records);
    if (g_mkdir_with_parents(parent, record->parent_mode) < 0 ||
        g_mkdir_with_parents(record->folder, 0700) < 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %m", record->folder);
        return FALSE;
    }
    if (file->content != NULL) {
        gsize len;
        const char *data = g_bytes_get_data(file->content, &len);
        g_autofree char *copy = dup_copy_path(record, record->kept->len);
        if (!g_file_set_contents_full(copy, data, (gssize)len, G_FILE_SET_CONTENTS_DURABLE, 0600,
                                      error))
            return FALSE;
    }
    Kept *kept = g_new0(Kept, 1);
    kept->path = g_strdup(file->path);
    kept->existed = file->content != NULL;
    g_ptr_array_add(record->kept, kept);
    return TRUE;
}

void
pf_register_record_add_folder(PfRegisterRecord *record, const char *path)
{
    g_ptr_array_add(record->folders, g_strdup(path));
}

GPtrArray *
pf_register_record_get_folders(const PfRegisterRecord *record)
{
    return record->folders;
}

void
pf_register_record_add_replaced(PfRegisterRecord *record, const PfRegisterEntry *entry)
{
    g_ptr_array_add(record->replaced,
                    pf_register_entry_new(entry->name, entry->library, entry->text));
}

GPtrArray *
pf_register_record_get_replaced(const PfRegisterRecord *record)
{
    return record->replaced;
}

static void
store(const PfRegisterRecord *record, GKeyFile *file)
{
    g_key_file_set_boolean(file, GROUP, "inexact", record->is_inexact);
    for (guint i = 0; i < record->kept->len; i++) {
        Kept *kept = record->kept->pdata[i];
        g_autofree char *group = g_strdup_printf("file-%u", i);
        g_free(kept->left);
        kept->left = dup_digest(kept->path);
        set_text(file, group, "path", kept->path);
        g_key_file_set_boolean(file, group, "existed", kept->existed);
        if (kept->left != NULL)
            g_key_file_set_value(file, group, "left", kept->left);
    }
    for (guint i = 0; i < record->folders->len; i++) {
        g_autofree char *group = g_strdup_printf("folder-%u", i);
        set_text(file, group, "path", record->folders->pdata[i]);
    }
    for (guint i = 0; i < record->replaced->len; i++) {
        const PfRegisterEntry *entry = record->replaced->pdata[i];
        g_autofree char *group = g_strdup_printf("replaced-%u", i);
        set_text(file, group, "name", entry->name);
        set_text(file, group, "library", entry->library);
        if (entry->text != NULL)
            set_text(file, group, "text", entry->text);
    }
}

gboolean
pf_register_record_save(PfRegisterRecord *record, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = dup_ini_path(record);
    gsize len;
    store(record, file);
    g_autofree char *text = g_key_file_to_data(file, &len, NULL);
    return g_file_set_contents_full(path, text, (gssize)len, G_FILE_SET_CONTENTS_DURABLE, 0600,
                                    error);
}

GPtrArray *
pf_register_record_list_files(const PfRegisterRecord *record)
{
    GPtrArray *paths = g_ptr_array_new();
    for (guint i = 0; i < record->kept->len; i++)
        g_ptr_array_add(paths, ((Kept *)record->kept->pdata[i])->path);
    return paths;
}

gboolean
pf_register_record_get_before(const PfRegisterRecord *record, const char *path,
                              GBytes **ret_content, GError **error)
{
    gint i = find_kept(record, path);
    char *data;
    gsize len;
    *ret_content = NULL;
    if (i < 0 || !((Kept *)record->kept->pdata[i])->existed)
        return TRUE;
    g_autofree char *copy = dup_copy_path(record, (guint)i);
    if (!g_file_get_contents(copy, &data, &len, error))
        return FALSE;
    *ret_content = g_bytes_new_take(data, len);
    return TRUE;
}

/* Of one that was damaged nothing says which copies it had. */
static void
empty_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_str_has_prefix(name, INI_NAME) || g_str_has_prefix(name, COPY_PREFIX))
            g_unlink(path);
    }
}

void
pf_register_record_delete(PfRegisterRecord *record)
{
    g_autofree char *parent = g_path_get_dirname(record->records);
    empty_folder(record->folder);
    g_rmdir(record->folder);
    /* Those that others need are not empty. */
    if (g_rmdir(record->records) == 0)
        g_rmdir(parent);
}
