/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Text domain: where the translations are that belong to this very program. */
#include "text-domain.h"

#include <libintl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "pinfold"

void
pf_text_domain_init(const char *installed_folder, const char *locales)
{
    char own[PATH_MAX];
    char built[PATH_MAX + sizeof "/../po"];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length > 0) {
        own[length] = '\0';
        char *slash = strrchr(own, '/');
        if (slash != NULL)
            *slash = '\0';
        if (strcmp(own, installed_folder) != 0) {
            snprintf(built, sizeof built, "%s/../po", own);
            locales = built;
        }
    }
    bindtextdomain(DOMAIN, locales);
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
}
