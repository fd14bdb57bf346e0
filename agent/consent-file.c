/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The file of decisions: a key file with a group for each. */
#include "consent-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app-id.h"

#define FILE_MAX   (512L * 1024)
#define GROUPS_MAX 1024
#define FORMAT     1
#define HEADER     "pinfold-consents" /* of the group that tells the format */

#define COMMENT                                                                                    \
    " Written by Pinfold's agent, which reads it when it starts. Revoke decisions in\n"            \
    " Pinfold's settings or by `pinfoldctl consent revoke`."

char *
pf_consent_file_dup_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "pinfold", "consents", NULL);
}

static GPtrArray *
fail(GError **error, const char *reason)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, reason);
    return NULL;
}

/* The whole of a file that is ours alone. NULL with an error. */
static char *
read_own_file(int fd, gsize *ret_len, GError **error)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return (char *)fail(error, "it is somebody else's, or no file");
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return (char *)fail(error, "others may read or write it");
    if (st.st_size > FILE_MAX)
        return (char *)fail(error, "it is too long");
    g_autofree char *text = g_malloc(FILE_MAX);
    gsize len = 0;
    ssize_t got = 1;
    while (got > 0 && len < FILE_MAX) {
        got = read(fd, text + len, FILE_MAX - len);
        if (got > 0)
            len += (gsize)got;
    }
    if (got != 0)
        return (char *)fail(error, "it cannot be read");
    *ret_len = len;
    return g_steal_pointer(&text);
}

/* Names of files and programs may be any bytes, a key file is UTF-8. */
static char *
get_text(GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *escaped = g_key_file_get_string(file, group, key, NULL);
    return escaped != NULL ? g_strcompress(escaped) : NULL;
}

static void
set_text(GKeyFile *file, const char *group, const char *key, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *escaped = g_strescape(text, NULL);
    g_key_file_set_string(file, group, key, escaped);
}

static PfProgramKey *
read_program(GKeyFile *file, const char *group)
{
    g_autofree char *executable = get_text(file, group, "executable");
    g_autofree char *script = get_text(file, group, "script");
    g_autofree char *sandbox = get_text(file, group, "sandbox");
    if (executable == NULL || !g_path_is_absolute(executable) ||
        (script != NULL && !g_path_is_absolute(script)))
        return NULL;
    return pf_program_key_new_from_names(executable, script, sandbox);
}

static gboolean
is_scope(const char *text)
{
    uint64_t app_id;
    return text != NULL &&
           (strcmp(text, PF_CONSENT_SCOPE_DEFAULT) == 0 || pf_app_id_parse(text, &app_id));
}

/* NULL when GROUP is no decision that could have been written. */
static PfConsent *
read_consent(GKeyFile *file, const char *group)
{
    g_autofree char *decision = get_text(file, group, "decision");
    g_autofree char *token_uri = get_text(file, group, "token");
    g_autofree char *scope = get_text(file, group, "scope");
    g_autoptr(PfProgramKey) program = read_program(file, group);
    PfConsentDecision kind =
        decision != NULL ? pf_consent_decision_from_name(decision) : PF_CONSENT_NONE;
    if ((kind != PF_CONSENT_ALWAYS && kind != PF_CONSENT_NEVER) || token_uri == NULL ||
        !is_scope(scope) || program == NULL)
        return NULL;
    PfConsent *consent = pf_consent_new(kind, program, token_uri, scope);
    if (consent == NULL)
        return NULL;
    char *name = get_text(file, group, "name");
    char *icon = get_text(file, group, "icon");
    g_free(consent->program_name);
    g_free(consent->program_icon);
    consent->id = g_strdup(group);
    consent->program_name = name != NULL ? name : g_strdup("");
    consent->program_icon = icon != NULL ? icon : g_strdup("");
    consent->group = get_text(file, group, "group");
    consent->since = g_key_file_get_int64(file, group, "since", NULL);
    return consent;
}

GPtrArray *
pf_consent_file_parse(const char *text, gsize len, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) consents = g_ptr_array_new_with_free_func((GDestroyNotify)pf_consent_free);
    gsize count;
    if (!g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, error))
        return NULL;
    if (g_key_file_get_integer(file, HEADER, "format", NULL) != FORMAT)
        return fail(error, "it is of another format");
    g_auto(GStrv) groups = g_key_file_get_groups(file, &count);
    if (count > GROUPS_MAX)
        return fail(error, "it has too many decisions");
    for (gsize i = 0; i < count; i++) {
        if (strcmp(groups[i], HEADER) == 0)
            continue;
        PfConsent *consent = read_consent(file, groups[i]);
        if (consent == NULL)
            return fail(error, "it has a decision that is none");
        g_ptr_array_add(consents, consent);
    }
    return g_steal_pointer(&consents);
}

GPtrArray *
pf_consent_file_read(const char *path, GError **error)
{
    gsize len = 0;
    /* Nonblocking: what lies there may be a pipe. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return g_ptr_array_new_with_free_func((GDestroyNotify)pf_consent_free);
    if (fd < 0) {
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
        return NULL;
    }
    g_autofree char *text = read_own_file(fd, &len, error);
    close(fd);
    return text != NULL ? pf_consent_file_parse(text, len, error) : NULL;
}

static void
add_consent(GKeyFile *file, const PfConsent *consent)
{
    const char *group = consent->id;
    set_text(file, group, "decision", pf_consent_decision_get_name(consent->decision));
    set_text(file, group, "executable", consent->program->executable);
    set_text(file, group, "script", consent->program->script);
    set_text(file, group, "sandbox", consent->program->sandbox);
    set_text(file, group, "name", consent->program_name);
    set_text(file, group, "icon", consent->program_icon);
    set_text(file, group, "token", consent->token_uri);
    set_text(file, group, "scope", consent->scope);
    set_text(file, group, "group", consent->group);
    g_key_file_set_int64(file, group, "since", consent->since);
}

/* Makes the folder, ours alone. */
static gboolean
prepare_folder(const char *path, GError **error)
{
    struct stat st;
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) < 0 || lstat(folder, &st) < 0) {
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
        return FALSE;
    }
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
        ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0 && chmod(folder, 0700) < 0)) {
        fail(error, "its folder is not ours alone");
        return FALSE;
    }
    return TRUE;
}

gboolean
pf_consent_file_write(const char *path, const GPtrArray *consents, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize len;
    g_key_file_set_integer(file, HEADER, "format", FORMAT);
    g_key_file_set_comment(file, NULL, NULL, COMMENT, NULL);
    for (guint i = 0; i < consents->len; i++) {
        const PfConsent *consent = g_ptr_array_index(consents, i);
        if (consent->decision == PF_CONSENT_ALWAYS || consent->decision == PF_CONSENT_NEVER)
            add_consent(file, consent);
    }
    g_autofree char *text = g_key_file_to_data(file, &len, NULL);
    return prepare_folder(path, error) &&
           g_file_set_contents_full(path, text, (gssize)len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    error);
}
