/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Flatpak's mark is a file in the root, which nothing inside can make. */
#include "flatpak-sandbox.h"

gboolean
pf_flatpak_sandbox_is_around(void)
{
    return g_file_test("/.flatpak-info", G_FILE_TEST_EXISTS);
}
