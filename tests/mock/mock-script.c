/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads the mock token's script file. */
#include "mock-script.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static PfMockScript script;
static struct stat script_stat;

static const struct {
    const char *key;
    size_t offset;
} flags[] = {
    {"present", offsetof(PfMockScript, present)},
    {"never-enough-room", offsetof(PfMockScript, never_enough_room)},
    {"pinpad", offsetof(PfMockScript, pinpad)},
    {"garbage-token-info", offsetof(PfMockScript, garbage_token_info)},
    {"login-required", offsetof(PfMockScript, login_required)},
    {"to-be-changed", offsetof(PfMockScript, to_be_changed)},
    {"enforces-login", offsetof(PfMockScript, enforces_login)},
    {"stale-tries", offsetof(PfMockScript, stale_tries)},
    {"stale", offsetof(PfMockScript, stale)},
    {"twins", offsetof(PfMockScript, twins)},
    {"v3", offsetof(PfMockScript, v3)},
    {"generates", offsetof(PfMockScript, generates)},
    {"threads", offsetof(PfMockScript, threads)},
};

static void
set_defaults(void)
{
    unsigned long version = script.version;

    memset(&script, 0, sizeof(script));
    script.version = version + 1;
    script.present = true;
    script.login_required = true;
    script.enforces_login = true;
    script.threads = true;
    strcpy(script.serial, "MOCK000000000001");
    strcpy(script.label, "Mock Token");
    strcpy(script.manufacturer, "Pinfold tests");
    strcpy(script.model, "mock");
    strcpy(script.reader, "Mock Reader 00 00");
}

/* A misspelt script must not let a test pass. */
static __attribute__((noreturn)) void
refuse(const char *key)
{
    fprintf(stderr, "mock-backend: bad line in the script: %s\n", key);
    abort();
}

static void
copy_text(char *target, size_t size, const char *key, const char *value)
{
    size_t len = strlen(value);
    if (len >= size)
        refuse(key);
    memcpy(target, value, len + 1);
}

static bool
set_flag(const char *key, const char *value)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (strcmp(flags[i].key, key) != 0)
            continue;
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            refuse(key);
        *(bool *)((char *)&script + flags[i].offset) = strcmp(value, "true") == 0;
        return true;
    }
    return false;
}

static void
set_handles(const char *key, const char *value)
{
    if (strcmp(value, "fresh") == 0)
        script.handles = PF_MOCK_HANDLES_FRESH;
    else if (strcmp(value, "reused") == 0)
        script.handles = PF_MOCK_HANDLES_REUSED;
    else if (strcmp(value, "stable") == 0)
        script.handles = PF_MOCK_HANDLES_STABLE;
    else
        refuse(key);
}

static void
set_line(const char *key, const char *value)
{
    if (set_flag(key, value))
        return;
    if (strcmp(key, "serial") == 0)
        copy_text(script.serial, sizeof(script.serial), key, value);
    else if (strcmp(key, "label") == 0)
        copy_text(script.label, sizeof(script.label), key, value);
    else if (strcmp(key, "manufacturer") == 0)
        copy_text(script.manufacturer, sizeof(script.manufacturer), key, value);
    else if (strcmp(key, "model") == 0)
        copy_text(script.model, sizeof(script.model), key, value);
    else if (strcmp(key, "reader") == 0)
        copy_text(script.reader, sizeof(script.reader), key, value);
    else if (strcmp(key, "certificate") == 0)
        copy_text(script.certificate, sizeof(script.certificate), key, value);
    else if (strcmp(key, "resets") == 0)
        script.resets = strtoul(value, NULL, 10);
    else if (strcmp(key, "other-slots") == 0)
        script.other_slots = strtoul(value, NULL, 10);
    else if (strcmp(key, "counts-more") == 0)
        script.counts_more = strtoul(value, NULL, 10);
    else if (strcmp(key, "v3-minor") == 0)
        script.v3_minor = (CK_BYTE)strtoul(value, NULL, 10);
    else if (strcmp(key, "handles") == 0)
        set_handles(key, value);
    else if (strcmp(key, "rule") != 0 || script.n_rules == PF_MOCK_MAX_RULES ||
             !pf_p11_rule_parse(value, &script.rules[script.n_rules++]))
        refuse(key);
}

static void
read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[512];

    if (file == NULL)
        refuse(path);
    while (fgets(line, sizeof(line), file) != NULL) {
        char *equals = strstr(line, " = ");

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (equals == NULL)
            refuse(line);
        *equals = '\0';
        set_line(line, equals + 3);
    }
    fclose(file);
}

const PfMockScript *
pf_mock_script_get(void)
{
    const char *path = getenv("PF_MOCK_SCRIPT");
    struct stat now = {0};

    if (path != NULL && stat(path, &now) != 0)
        refuse(path);
    /* The harness replaces the file by rename: a change is a new inode. */
    if (script.version > 0 && now.st_ino == script_stat.st_ino &&
        now.st_mtim.tv_sec == script_stat.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == script_stat.st_mtim.tv_nsec)
        return &script;
    script_stat = now;
    set_defaults();
    if (path != NULL)
        read_file(path);
    return &script;
}
