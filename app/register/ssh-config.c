/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A line is a keyword and words, parted by space or one "="; words may be in quotes. Included files
 * stand where their line does, and what hosts they name ends with them. */
#include "ssh-config.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "register-file.h"

#define PROVIDER "PKCS11Provider"
#define INCLUDE  "Include"
/* So deep ssh goes; and no more files than somebody could have meant. */
#define DEPTH_MAX 16
#define FILES_MAX 256

typedef struct {
    const PfSshConfigBase *base;
    char *self; /* behind links */
    GPtrArray *settings;
    guint files;
} Reading;

/* What follows KEYWORD in LINE; NULL: it is another line. */
static const char *
skip_keyword(const char *line, const char *keyword)
{
    gsize len = strlen(keyword);
    line += strspn(line, " \t\f\v\r");
    if (g_ascii_strncasecmp(line, keyword, len) != 0 || line[len] == '\0' ||
        strchr(" \t=", line[len]) == NULL)
        return NULL;
    line += len;
    line += strspn(line, " \t");
    line += *line == '=' ? 1 : 0;
    return line + strspn(line, " \t");
}

/* The word at *AT, which is moved behind it; NULL at the line's end, or at a comment. */
static char *
take_word(const char **at)
{
    const char *start = *at + strspn(*at, " \t");
    gboolean is_quoted = *start == '"' || *start == '\'';
    const char *ends = !is_quoted ? " \t\r\n" : *start == '"' ? "\"\r\n" : "'\r\n";
    start += is_quoted;
    gsize len = strcspn(start, ends);
    *at = start + len + (is_quoted && start[len] == *ends);
    if (!is_quoted && (len == 0 || *start == '#'))
        return NULL;
    return g_strndup(start, len);
}

char *
pf_ssh_config_dup_library(const char *line)
{
    const char *value = skip_keyword(line, PROVIDER);
    return value != NULL ? take_word(&value) : NULL;
}

char **
pf_ssh_config_dup_includes(const char *line)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    const char *value = skip_keyword(line, INCLUDE);
    char *name;
    while (value != NULL && (name = take_word(&value)) != NULL) {
        g_strv_builder_add(names, name);
        g_free(name);
    }
    return g_strv_builder_end(names);
}

static gboolean
begins_section(const char *line)
{
    return skip_keyword(line, "Host") != NULL || skip_keyword(line, "Match") != NULL;
}

static gboolean
is_section_for_all(const char *line)
{
    const char *hosts = skip_keyword(line, "Host");
    const char *criteria = skip_keyword(line, "Match");
    const char *value = hosts != NULL ? hosts : criteria;
    g_autofree char *word = take_word(&value);
    g_autofree char *next = take_word(&value);
    return word != NULL && next == NULL && g_str_equal(word, hosts != NULL ? "*" : "all");
}

static void
setting_free(gpointer data)
{
    PfSshConfigSetting *setting = data;
    g_free(setting->path);
    g_free(setting->line);
    g_free(setting->library);
    g_free(setting);
}

static void read_text(Reading *reading, const char *text, const char *path,
                      gboolean is_base_for_all, guint depth);

static void
read_file(Reading *reading, const char *path, gboolean is_for_all, guint depth)
{
    g_autoptr(PfRegisterFile) file =
        reading->files++ < FILES_MAX ? pf_register_file_read(path, NULL) : NULL;
    gboolean is_self = file != NULL && g_strcmp0(file->real_path, reading->self) == 0;
    g_autofree char *text = file != NULL && !is_self ? pf_register_file_dup_text(file, NULL) : NULL;
    if (text != NULL)
        read_text(reading, text, path, is_for_all, depth);
}

static void
read_included(Reading *reading, const char *name, gboolean is_for_all, guint depth)
{
    gboolean is_whole = g_path_is_absolute(name) || *name == '~';
    g_autofree char *pattern =
        is_whole ? g_strconcat(*name == '~' ? "" : reading->base->root, name, NULL)
                 : g_strconcat(reading->base->folder, "/", name, NULL);
    glob_t found;
    if (glob(pattern, GLOB_TILDE, NULL, &found) == 0) {
        for (gsize i = 0; i < found.gl_pathc; i++)
            read_file(reading, found.gl_pathv[i], is_for_all, depth + 1);
    }
    globfree(&found);
}

/* IS_BASE_FOR_ALL: so is the line that has included the text. */
static void
read_text(Reading *reading, const char *text, const char *path, gboolean is_base_for_all,
          guint depth)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean is_for_all = is_base_for_all;
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *library = pf_ssh_config_dup_library(*line);
        g_auto(GStrv) names = pf_ssh_config_dup_includes(*line);
        if (begins_section(*line))
            is_for_all = is_base_for_all && is_section_for_all(*line);
        for (char **name = names; reading->base != NULL && *name != NULL && depth < DEPTH_MAX;
             name++)
            read_included(reading, *name, is_for_all, depth);
        if (library == NULL)
            continue;
        PfSshConfigSetting *setting = g_new0(PfSshConfigSetting, 1);
        setting->path = g_strdup(path);
        setting->line = g_strdup(*line);
        setting->library = g_steal_pointer(&library);
        setting->is_for_all = is_for_all;
        g_ptr_array_add(reading->settings, setting);
    }
}

GPtrArray *
pf_ssh_config_list(const char *text, const PfSshConfigBase *base)
{
    Reading reading = {base, NULL, g_ptr_array_new_with_free_func(setting_free), 0};
    if (base != NULL)
        reading.self = realpath(base->self, NULL);
    read_text(&reading, text, NULL, TRUE, 0);
    free(reading.self);
    return reading.settings;
}
