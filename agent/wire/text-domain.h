/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The language of what a program says to the person. */
#pragma once

/* Lets gettext find Pinfold's translations: in LOCALES when the program runs from INSTALLED_FOLDER,
 * else in the build tree that it lies in. The environment has no say in where they are: a
 * translation is a format string. To be called once, before there are threads; setlocale(3) is the
 * caller's. Without translations there everything stays English. */
void pf_text_domain_init(const char *installed_folder, const char *locales);
