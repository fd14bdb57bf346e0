/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads configuration from strings, for the tests. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config-file.h"

static inline void
config_text_read(PfConfig *config, const char *text, size_t len, PfConfigOrigin origin)
{
    FILE *stream = fmemopen((void *)text, len > 0 ? len : 1, "r");
    if (stream == NULL)
        abort();
    if (len == 0)
        fgetc(stream);
    pf_config_file_read(config, "test.conf", stream, origin);
    fclose(stream);
}

/* What SYSTEM and then USER (NULL: none) give. Free with pf_config_free(). */
static inline PfConfig *
config_text_new(const char *system, const char *user)
{
    PfConfig *config = calloc(1, sizeof *config);
    if (config == NULL)
        abort();
    config->cache_pin = true;
    config_text_read(config, system, strlen(system), PF_CONFIG_ORIGIN_SYSTEM);
    if (user != NULL)
        config_text_read(config, user, strlen(user), PF_CONFIG_ORIGIN_USER);
    return config;
}
