/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Text properties: written once, by the builder, and never read. */
#include "text-properties.h"

void
pf_text_properties_install(GObjectClass *klass, const char *const *names)
{
    const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
    for (guint i = 0; names[i] != NULL; i++)
        g_object_class_install_property(klass, i + 1,
                                        g_param_spec_string(names[i], NULL, NULL, NULL, flags));
}
