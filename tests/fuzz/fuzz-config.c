/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes pinfold.conf: any bytes as the system's file and, behind a line "@@", as the user's. */
#include "config-text.h"
#include "fuzz.h"

#define SPLIT "\n@@\n"

static PfConfig *
read_config(const uint8_t *data, size_t size, const uint8_t *user, size_t user_size)
{
    PfConfig *config = calloc(1, sizeof *config);
    if (config == NULL)
        abort();
    config->cache_pin = true;
    config_text_read(config, (const char *)data, size, PF_CONFIG_ORIGIN_SYSTEM);
    if (user != NULL)
        config_text_read(config, (const char *)user, user_size, PF_CONFIG_ORIGIN_USER);
    return config;
}

static void
check_limits(const PfConfig *config)
{
    FUZZ_CHECK(config->module_count <= PF_CONFIG_MODULES_MAX);
    FUZZ_CHECK(config->problem_count <= PF_CONFIG_PROBLEMS_MAX);
    for (size_t i = 0; i < config->module_count; i++) {
        FUZZ_CHECK(config->modules[i].path[0] == '/' || config->modules[i].path[0] == '\0');
        for (size_t j = 0; j < i; j++)
            FUZZ_CHECK(strcmp(config->modules[i].name, config->modules[j].name) != 0);
    }
}

static bool
are_modules_equal(const PfConfig *a, const PfConfig *b)
{
    bool equal = a->module_count == b->module_count;
    for (size_t i = 0; equal && i < a->module_count; i++)
        equal = strcmp(a->modules[i].name, b->modules[i].name) == 0 &&
                strcmp(a->modules[i].path, b->modules[i].path) == 0;
    return equal;
}

static bool
are_words_equal(PfConfigWords a, PfConfigWords b)
{
    size_t i = 0;
    if (a == NULL || b == NULL)
        return a == b;
    while (a[i] != NULL && b[i] != NULL && strcmp(a[i], b[i]) == 0)
        i++;
    return a[i] == NULL && b[i] == NULL;
}

/* What the administrator has locked, or switched off, is not the user's. */
static void
check_locks(const PfConfig *system, const PfConfig *both)
{
    PfConfigWords lock = system->lock;
    FUZZ_CHECK(are_words_equal(system->lock, both->lock));
    FUZZ_CHECK(system->cache_pin || !both->cache_pin);
    if (pf_config_words_contain(lock, "Modules"))
        FUZZ_CHECK(are_modules_equal(system, both));
    if (pf_config_words_contain(lock, "AppIdMajor"))
        FUZZ_CHECK(system->app_id >> 32 == both->app_id >> 32);
    if (pf_config_words_contain(lock, "AppIdMinor"))
        FUZZ_CHECK((uint32_t)system->app_id == (uint32_t)both->app_id);
    if (pf_config_words_contain(lock, "protected-path"))
        FUZZ_CHECK(are_words_equal(system->protected_path, both->protected_path));
    if (pf_config_words_contain(lock, "no-protected-path"))
        FUZZ_CHECK(are_words_equal(system->no_protected_path, both->no_protected_path));
    if (pf_config_words_contain(lock, "P11_EnableCachePIN"))
        FUZZ_CHECK(system->cache_pin == both->cache_pin);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *split = size > 0 ? memmem(data, size, SPLIT, strlen(SPLIT)) : NULL;
    size_t system_size = split != NULL ? (size_t)(split - data) : size;
    PfConfig *system = read_config(data, system_size, NULL, 0);
    check_limits(system);
    if (split != NULL) {
        const uint8_t *user = split + strlen(SPLIT);
        PfConfig *both = read_config(data, system_size, user, (size_t)(data + size - user));
        check_limits(both);
        check_locks(system, both);
        pf_config_file_drop_removed(both);
        check_limits(both);
        pf_config_free(both);
    }
    pf_config_free(system);
    return 0;
}
