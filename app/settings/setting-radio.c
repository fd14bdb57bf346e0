/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Setting radio: by bindings, not by the buttons' action: a group of radio buttons and an action
 * both want to keep just one active, and run in circles when the key is changed elsewhere. */
#include "setting-radio.h"

static gboolean
value_to_radio(GValue *active, GVariant *variant, gpointer value)
{
    g_value_set_boolean(active, g_str_equal(g_variant_get_string(variant, NULL), value));
    return TRUE;
}

/* Only the button that becomes active says something; NULL leaves the key alone. */
static GVariant *
radio_to_value(const GValue *active, const GVariantType *type, gpointer value)
{
    return g_value_get_boolean(active) ? g_variant_new_string(value) : NULL;
}

void
pf_setting_radio_bind(GSettings *settings, const char *key, const char *value,
                      GtkRadioButton *button)
{
    g_settings_bind_with_mapping(settings, key, button, "active", G_SETTINGS_BIND_DEFAULT,
                                 value_to_radio, radio_to_value, (gpointer)value, NULL);
}
