/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One pinfold.conf: sections, keys, and the checks on their values; the INI syntax is inih's. */
#include "config-file.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    PfConfig *config;
    const char *path;
    FILE *stream;
    PfConfigOrigin origin;
    unsigned line;
    char *whole; /* the line, for getline() */
    size_t whole_size;
    const char *long_value; /* of this line, where inih's buffer is too short for it */
} Reader;

/* Longer lines are refused: a path of PATH_MAX and a name fit. */
#define LINE_LIMIT 8192

/* Stands for long_value in what inih is given. */
#define LONG_VALUE_MARK "\001"

void
pf_config_file_add_problem(PfConfig *config, const char *path, unsigned line, const char *reason)
{
    if (config->problem_count >= PF_CONFIG_PROBLEMS_MAX)
        return;
    PfConfigProblem *grown =
        realloc(config->problems, (config->problem_count + 1) * sizeof *config->problems);
    if (grown == NULL)
        return;
    config->problems = grown;
    PfConfigProblem problem = {.file = strdup(path), .line = line, .reason = strdup(reason)};
    if (problem.file == NULL || problem.reason == NULL) {
        free(problem.file);
        free(problem.reason);
        return;
    }
    grown[config->problem_count++] = problem;
}

static PfConfigModule *
find_module(PfConfig *config, const char *name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (strcmp(config->modules[i].name, name) == 0)
            return &config->modules[i];
    }
    return NULL;
}

static int
append_module(PfConfig *config, const char *name, const char *path)
{
    if (config->module_count >= PF_CONFIG_MODULES_MAX)
        return -ENOSPC;
    PfConfigModule *grown =
        realloc(config->modules, (config->module_count + 1) * sizeof *config->modules);
    if (grown == NULL)
        return -ENOMEM;
    config->modules = grown;
    PfConfigModule module = {.name = strdup(name), .path = strdup(path)};
    if (module.name == NULL || module.path == NULL) {
        free(module.name);
        free(module.path);
        return -ENOMEM;
    }
    grown[config->module_count++] = module;
    return 0;
}

int
pf_config_file_set_module(PfConfig *config, const char *name, const char *path)
{
    PfConfigModule *module = find_module(config, name);
    if (module == NULL)
        return append_module(config, name, path);
    char *copy = strdup(path);
    if (copy == NULL)
        return -ENOMEM;
    free(module->path);
    module->path = copy;
    return 0;
}

bool
pf_config_file_names_module(const PfConfig *config, const char *name)
{
    return find_module((PfConfig *)config, name) != NULL;
}

bool
pf_config_file_has_modules(const PfConfig *config)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (config->modules[i].path[0] != '\0')
            return true;
    }
    return false;
}

void
pf_config_file_drop_removed(PfConfig *config)
{
    size_t kept = 0;
    for (size_t i = 0; i < config->module_count; i++) {
        if (config->modules[i].path[0] != '\0') {
            config->modules[kept++] = config->modules[i];
        } else {
            free(config->modules[i].name);
            free(config->modules[i].path);
        }
    }
    config->module_count = kept;
}

/* Returns NULL when VALUE was taken, else what is wrong with it. */
typedef const char *(*ValueSetter)(PfConfig *config, const char *value);

static const char *
set_cache_pin(PfConfig *config, const char *value)
{
    if (strcmp(value, "0") == 0)
        config->cache_pin = false;
    else if (strcmp(value, "1") != 0)
        return PF_CONFIG_REASON("must be 0 or 1");
    return NULL;
}

static const char *
accept_flag(PfConfig *config, const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "1") == 0 ? NULL
                                                              : PF_CONFIG_REASON("must be 0 or 1");
}

/* Any unsigned number, decimal, hexadecimal or octal; its low 32 bits count (DESIGN 5). */
static const char *
parse_id_part(const char *value, uint32_t *ret_part)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 0);
    if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0)
        return PF_CONFIG_REASON("must be a number from 0 to 4294967295");
    *ret_part = (uint32_t)number;
    return NULL;
}

static const char *
set_id_major(PfConfig *config, const char *value)
{
    uint32_t part;
    const char *wrong = parse_id_part(value, &part);
    if (wrong == NULL) {
        config->app_id = (uint64_t)part << 32 | (uint32_t)config->app_id;
        config->has_app_id = true;
    }
    return wrong;
}

static const char *
set_id_minor(PfConfig *config, const char *value)
{
    uint32_t part;
    const char *wrong = parse_id_part(value, &part);
    if (wrong == NULL) {
        config->app_id = (config->app_id >> 32) << 32 | part;
        config->has_app_id = true;
    }
    return wrong;
}

static const char *
set_words(PfConfigWords *words, const char *value)
{
    size_t count = 0;
    PfConfigWords made = calloc(strlen(value) / 2 + 2, sizeof *made);
    char *copy = strdup(value);
    char *rest = NULL;
    if (made == NULL || copy == NULL) {
        free(made);
        free(copy);
        return PF_CONFIG_REASON("out of memory");
    }
    for (char *word = strtok_r(copy, " \t,", &rest); word != NULL;
         word = strtok_r(NULL, " \t,", &rest))
        made[count++] = strdup(word);
    free(copy);
    for (size_t i = 0; *words != NULL && (*words)[i] != NULL; i++)
        free((*words)[i]);
    free(*words);
    *words = made;
    return NULL;
}

static const char *
set_no_protected_path(PfConfig *config, const char *value)
{
    return set_words(&config->no_protected_path, value);
}

static const char *
set_protected_path(PfConfig *config, const char *value)
{
    return set_words(&config->protected_path, value);
}

static const char *
set_lock(PfConfig *config, const char *value)
{
    return set_words(&config->lock, value);
}

static const struct {
    const char *section;
    const char *key;
    ValueSetter set;
    bool system_only;
} keys[] = {
    {"PKCS11", "P11_EnableCachePIN", set_cache_pin, false},
    {"PKCS11", "MD_EnableCachePIN", accept_flag, false}, /* the Windows minidriver's */
    {"Misc", "AppIdMajor", set_id_major, false},
    {"Misc", "AppIdMinor", set_id_minor, false},
    {"Policy", "no-protected-path", set_no_protected_path, false},
    {"Policy", "protected-path", set_protected_path, false},
    {"Policy", "lock", set_lock, true},
};

static const char *
set_module(PfConfig *config, const char *name, const char *value)
{
    if (value[0] != '\0' && value[0] != '/')
        return PF_CONFIG_REASON("module path must be absolute (or empty, to remove the module)");
    switch (pf_config_file_set_module(config, name, value)) {
    case 0:
        return NULL;
    case -ENOSPC:
        return PF_CONFIG_REASON("too many modules");
    default:
        return PF_CONFIG_REASON("out of memory");
    }
}

static const char *
apply(Reader *reader, const char *section, const char *name, const char *value)
{
    PfConfig *config = reader->config;
    bool user = reader->origin == PF_CONFIG_ORIGIN_USER;
    if (strcmp(section, "Modules") == 0) {
        if (user && pf_config_words_contain(config->lock, "Modules"))
            return PF_CONFIG_REASON("locked by the administrator");
        return set_module(config, name, value);
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(section, keys[i].section) != 0 || strcmp(name, keys[i].key) != 0)
            continue;
        if (user && (keys[i].system_only || pf_config_words_contain(config->lock, name)))
            return PF_CONFIG_REASON("locked by the administrator");
        return keys[i].set(config, value);
    }
    return PF_CONFIG_REASON("unknown section or key");
}

static void
note(const Reader *reader, const char *reason)
{
    pf_config_file_add_problem(reader->config, reader->path, reader->line, reason);
}

/* inih's callbacks. The reader counts lines because inih tells the handler none. */
static int
on_value(void *user, const char *section, const char *name, const char *value)
{
    Reader *reader = user;
    if (value != NULL && reader->long_value != NULL && strcmp(value, LONG_VALUE_MARK) == 0)
        value = reader->long_value;
    const char *wrong = apply(reader, section, name, value != NULL ? value : "");
    if (wrong != NULL)
        note(reader, wrong);
    return 1;
}

/* Cuts blanks at both ends and an inline comment, by inih's rules. */
static char *
trim_value(char *value)
{
    value += strspn(value, " \t");
    for (char *c = value; *c != '\0'; c++) {
        if (*c == ';' && (c == value || isspace((unsigned char)c[-1]))) {
            *c = '\0';
            break;
        }
    }
    size_t len = strlen(value);
    while (len > 0 && isspace((unsigned char)value[len - 1]))
        value[--len] = '\0';
    return value;
}

/* Gives inih a line that fits its buffer of SIZE and keeps the value aside. */
static const char *
shorten(Reader *reader, char *line, size_t size, char *text)
{
    size_t name_len = strcspn(text, "=:");
    if (text[0] == '[' || text[name_len] == '\0' ||
        name_len + sizeof "=" LONG_VALUE_MARK "\n" > size)
        return PF_CONFIG_REASON("line is too long");
    snprintf(line, size, "%.*s=" LONG_VALUE_MARK "\n", (int)name_len, text);
    reader->long_value = trim_value(text + name_len + 1);
    return NULL;
}

static char *
on_line(char *line, int size, void *stream)
{
    Reader *reader = stream;
    const char *wrong = NULL;
    ssize_t got = getline(&reader->whole, &reader->whole_size, reader->stream);
    if (got < 0)
        return NULL;
    reader->line++;
    reader->long_value = NULL;
    /* To inih an indented line would continue the one before. */
    char *text = reader->whole + strspn(reader->whole, " \t");
    size_t len = strlen(text);
    memcpy(line, "\n", 2);
    if (text + len != reader->whole + got)
        wrong = PF_CONFIG_REASON("holds a NUL");
    else if (len < (size_t)size)
        memcpy(line, text, len + 1);
    else if (len > LINE_LIMIT)
        wrong = PF_CONFIG_REASON("line is too long");
    else if (text[0] != ';' && text[0] != '#')
        wrong = shorten(reader, line, (size_t)size, text);
    if (wrong != NULL)
        note(reader, wrong);
    return line;
}

void
pf_config_file_read(PfConfig *config, const char *path, FILE *stream, PfConfigOrigin origin)
{
    Reader reader = {.config = config, .path = path, .stream = stream, .origin = origin};
    int line = ini_parse_stream(on_line, &reader, on_value, &reader);
    free(reader.whole);
    if (line != 0)
        pf_config_file_add_problem(config, path, line > 0 ? (unsigned)line : 0,
                                   PF_CONFIG_REASON("is no section, key or comment"));
}
