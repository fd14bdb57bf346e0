/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConfig: which files are read, in which order, and what they may override. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config-file.h"

/* Used where no file names a module: the first path of each row that exists. */
static const struct {
    const char *name;
    const char *paths[4];
} default_modules[] = {
    {"opensc",
     {PF_LIBDIR "/opensc-pkcs11.so", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
      "/usr/lib64/opensc-pkcs11.so", "/usr/lib/opensc-pkcs11.so"}},
    {"softhsm2",
     {PF_LIBDIR "/softhsm/libsofthsm2.so", "/usr/lib/softhsm/libsofthsm2.so",
      "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"}},
};

static void
add_default_modules(PfConfig *config)
{
    for (size_t i = 0; i < sizeof default_modules / sizeof *default_modules; i++) {
        if (pf_config_file_names_module(config, default_modules[i].name))
            continue; /* a file removed it */
        for (size_t j = 0; j < 4; j++) {
            if (access(default_modules[i].paths[j], R_OK) == 0) {
                pf_config_file_set_module(config, default_modules[i].name,
                                          default_modules[i].paths[j]);
                break;
            }
        }
    }
}

/* Opens PATH if nobody but OWNER or root can have written it. Returns NULL after noting why not;
 * a missing file is not noted. */
static FILE *
open_trusted(PfConfig *config, const char *path, uid_t owner)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            pf_config_file_add_problem(config, path, 0, strerror(errno));
        return NULL;
    }
    const char *reason = NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        reason = PF_CONFIG_REASON("is not a regular file");
    else if (st.st_size > PF_CONFIG_SIZE_MAX)
        reason = PF_CONFIG_REASON("is too big; not used");
    else if (st.st_uid != 0 && st.st_uid != owner)
        reason = PF_CONFIG_REASON("belongs to somebody else; not used");
    else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        reason = PF_CONFIG_REASON("can be written by others; not used");
    FILE *stream = reason == NULL ? fdopen(fd, "r") : NULL;
    if (stream == NULL) {
        pf_config_file_add_problem(config, path, 0, reason != NULL ? reason : strerror(errno));
        close(fd);
    }
    return stream;
}

static void
read_if_trusted(PfConfig *config, const char *path, uid_t owner, PfConfigOrigin origin)
{
    FILE *stream = open_trusted(config, path, owner);
    if (stream == NULL)
        return;
    pf_config_file_read(config, path, stream, origin);
    fclose(stream);
}

/* NULL: there is none, or no memory for its name. */
static char *
dup_user_path(void)
{
    char path[PATH_MAX];
    const char *base = secure_getenv("XDG_CONFIG_HOME");
    const char *home = secure_getenv("HOME");
    int len = -1;
    if (base != NULL && base[0] == '/')
        len = snprintf(path, sizeof path, "%s/pinfold/pinfold.conf", base);
    else if (home != NULL && home[0] == '/')
        len = snprintf(path, sizeof path, "%s/.config/pinfold/pinfold.conf", home);
    return len > 0 && (size_t)len < sizeof path ? strdup(path) : NULL;
}

static PfConfig *
new_config(void)
{
    PfConfig *config = calloc(1, sizeof *config);
    if (config != NULL)
        config->cache_pin = true;
    return config;
}

static PfConfig *
load(bool with_user_file)
{
    PfConfig *config = new_config();
    if (config == NULL)
        return NULL;
    const char *only = secure_getenv("PINFOLD_CONF");
    config->system_path = strdup(only != NULL ? only : PF_SYSCONFDIR "/pinfold/pinfold.conf");
    if (config->system_path == NULL) {
        pf_config_free(config);
        return NULL;
    }
    read_if_trusted(config, config->system_path, only != NULL ? geteuid() : 0,
                    PF_CONFIG_ORIGIN_SYSTEM);
    if (only == NULL)
        config->user_path = dup_user_path();
    if (config->user_path != NULL && with_user_file)
        read_if_trusted(config, config->user_path, geteuid(), PF_CONFIG_ORIGIN_USER);
    config->has_default_modules = !pf_config_file_has_modules(config);
    if (config->has_default_modules)
        add_default_modules(config);
    pf_config_file_drop_removed(config);
    return config;
}

PfConfig *
pf_config_load(void)
{
    return load(true);
}

PfConfig *
pf_config_load_system(void)
{
    return load(false);
}

PfConfig *
pf_config_parse(const char *text, size_t len)
{
    PfConfig *config = new_config();
    if (config == NULL || len == 0)
        return config;
    FILE *stream = fmemopen((void *)text, len, "r");
    if (stream == NULL) {
        pf_config_free(config);
        return NULL;
    }
    pf_config_file_read(config, "pinfold.conf", stream, PF_CONFIG_ORIGIN_USER);
    fclose(stream);
    return config;
}

static void
words_free(PfConfigWords words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

void
pf_config_free(PfConfig *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->module_count; i++) {
        free(config->modules[i].name);
        free(config->modules[i].path);
    }
    for (size_t i = 0; i < config->problem_count; i++) {
        free(config->problems[i].file);
        free(config->problems[i].reason);
    }
    free(config->modules);
    free(config->system_path);
    free(config->user_path);
    free(config->problems);
    words_free(config->no_protected_path);
    words_free(config->protected_path);
    words_free(config->lock);
    free(config);
}

bool
pf_config_words_contain(PfConfigWords words, const char *word)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0)
            return true;
    }
    return false;
}
