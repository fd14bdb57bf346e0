/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* get and set: every check that the schema allows is made before anything is written. */
#include "ctl-settings.h"

#include <glib/gi18n.h>

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#include "ctl-text.h"
#include "settings-view.h"

#define SCHEMA "org.pinfold"

typedef struct {
    GSettingsSchema *schema;
    GSettingsSchemaKey *key;
    PfSettingsView *view;
    GSettings *settings; /* borrowed from the view */
} Setting;

static void
setting_clear(Setting *setting)
{
    g_clear_object(&setting->view);
    g_clear_pointer(&setting->key, g_settings_schema_key_unref);
    g_clear_pointer(&setting->schema, g_settings_schema_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Setting, setting_clear)

static PfCtlExit G_GNUC_PRINTF(2, 3) fail(PfCtlExit status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    pf_ctl_text_print_error(message);
    return status;
}

static PfCtlExit
find_setting(const char *name, Setting *setting)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    if (source != NULL)
        setting->schema = g_settings_schema_source_lookup(source, SCHEMA, TRUE);
    if (setting->schema == NULL)
        return fail(PF_CTL_FAILED, _("the settings %s are not installed"), SCHEMA);
    if (!g_settings_schema_has_key(setting->schema, name))
        return fail(PF_CTL_USAGE, _("there is no setting “%s”"), name);
    setting->key = g_settings_schema_get_key(setting->schema, name);
    PfConfig *config = pf_config_load();
    setting->view = pf_settings_view_new(config);
    pf_config_free(config);
    setting->settings = pf_settings_view_get_for(setting->view, name);
    return PF_CTL_OK;
}

/* Text without its quotes: that is how people and scripts write it. */
static char *
dup_value_text(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(value, NULL);
    return g_variant_print(value, FALSE);
}

static GVariant *
parse_value(const GVariantType *type, const char *text, GError **error)
{
    if (g_variant_type_equal(type, G_VARIANT_TYPE_STRING)) {
        if (!g_utf8_validate(text, -1, NULL)) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("is not UTF-8"));
            return NULL;
        }
        return g_variant_ref_sink(g_variant_new_string(text));
    }
    return g_variant_parse(type, text, NULL, NULL, error);
}

/* “one of off, process, shared”, or “from 0 to 60000”, or the type. */
static char *
describe_range(GSettingsSchemaKey *key)
{
    g_autoptr(GVariant) range = g_settings_schema_key_get_range(key);
    const char *kind;
    g_autoptr(GVariant) detail = NULL;
    g_variant_get(range, "(&sv)", &kind, &detail);
    if (g_str_equal(kind, "enum")) {
        g_autofree const char **words = g_variant_get_strv(detail, NULL);
        g_autofree char *list = g_strjoinv(", ", (char **)words);
        return g_strdup_printf(_("one of %s"), list);
    }
    if (g_str_equal(kind, "range")) {
        g_autoptr(GVariant) min = g_variant_get_child_value(detail, 0);
        g_autoptr(GVariant) max = g_variant_get_child_value(detail, 1);
        g_autofree char *min_text = g_variant_print(min, FALSE);
        g_autofree char *max_text = g_variant_print(max, FALSE);
        return g_strdup_printf(_("from %s to %s"), min_text, max_text);
    }
    if (g_variant_type_equal(g_settings_schema_key_get_value_type(key), G_VARIANT_TYPE_BOOLEAN))
        return g_strdup(_("true or false"));
    return g_strdup_printf(_("of the type %s"),
                           (const char *)g_settings_schema_key_get_value_type(key));
}

/* Writes it, and says whether it is there. GIO does not tell: dconf without a session bus complains
 * and goes on, and what is kept in memory ends with this process. */
static gboolean
store(GSettings *settings, const char *key, GVariant *value)
{
    g_autoptr(GSettingsBackend) backend = g_settings_backend_get_default();
    if (g_str_equal(G_OBJECT_TYPE_NAME(backend), "GMemorySettingsBackend") ||
        !g_settings_set_value(settings, key, value))
        return FALSE;
    g_settings_sync();
    g_autoptr(GVariant) stored = g_settings_get_value(settings, key);
    return g_variant_equal(stored, value);
}

PfCtlExit
pf_ctl_settings_run_get(int argc, char **argv)
{
    g_auto(Setting) setting = {0};
    if (argc != 2)
        return fail(PF_CTL_USAGE, _("usage: %s"), "pinfoldctl get KEY");
    PfCtlExit status = find_setting(argv[1], &setting);
    if (status != PF_CTL_OK)
        return status;
    g_autoptr(GVariant) value = g_settings_get_value(setting.settings, argv[1]);
    g_autofree char *text = dup_value_text(value);
    g_print("%s\n", text);
    return PF_CTL_OK;
}

PfCtlExit
pf_ctl_settings_run_set(int argc, char **argv)
{
    g_auto(Setting) setting = {0};
    if (argc != 3)
        return fail(PF_CTL_USAGE, _("usage: %s"), "pinfoldctl set KEY VALUE");
    PfCtlExit status = find_setting(argv[1], &setting);
    if (status != PF_CTL_OK)
        return status;
    g_autoptr(GVariant) value =
        parse_value(g_settings_schema_key_get_value_type(setting.key), argv[2], NULL);
    if (value == NULL || !g_settings_schema_key_range_check(setting.key, value)) {
        g_autofree char *range = describe_range(setting.key);
        /* Translators: value, name of a setting, then "one of …", "from … to …" or similar. */
        return fail(PF_CTL_USAGE, _("“%s” is no value for %s: it must be %s"), argv[2], argv[1],
                    range);
    }
    if (!g_settings_is_writable(setting.settings, argv[1]))
        return fail(PF_CTL_USAGE, _("the setting “%s” is locked by the administrator"), argv[1]);
    if (!store(setting.settings, argv[1], value))
        return fail(PF_CTL_FAILED, _("the setting “%s” could not be written"), argv[1]);
    return PF_CTL_OK;
}
