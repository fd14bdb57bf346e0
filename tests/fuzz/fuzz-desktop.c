/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes what other programs say of themselves: desktop files, Flatpak's info file, and the
 * settings that name programs and tokens.
 *
 * The first line is an executable's path, the rest is taken for each of them. */
#include <gio/gdesktopappinfo.h>

#include "consent-file.h"
#include "flatpak-info.h"
#include "fuzz.h"
#include "program-groups.h"
#include "program-name.h"
#include "program-script.h"
#include "token-rules.h"

static void
check_name(GAppInfo *info, const char *exe, const char *sandbox)
{
    g_autofree char *name = NULL;
    g_autofree char *icon = NULL;
    pf_program_name_describe(info, exe, sandbox, &name, &icon);
    FUZZ_CHECK(name != NULL && icon != NULL);
    FUZZ_CHECK(info == NULL || g_utf8_validate(name, -1, NULL));
}

static void
check_desktop_file(const char *text, gsize len, const char *exe)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (len == 0 || !g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, NULL))
        return;
    g_autoptr(GDesktopAppInfo) info = g_desktop_app_info_new_from_keyfile(file);
    if (info == NULL)
        return;
    pf_program_name_is_started_by(G_APP_INFO(info), exe);
    check_name(G_APP_INFO(info), exe, NULL);
}

static void
check_info_file(const char *text, gsize len, const char *exe)
{
    g_autofree char *id = pf_flatpak_info_parse(text, len);
    if (id == NULL)
        return;
    /* It becomes the name of a file, and is shown. */
    FUZZ_CHECK(strchr(id, '/') == NULL && g_str_is_ascii(id) && strlen(id) <= 255);
    check_name(NULL, exe, id);
}

/* What a process says of its arguments, with lines in the place of NULs. */
static void
check_command_line(const char *text, gsize len, const char *exe)
{
    g_autofree char *cmdline = g_strndup("", len);
    g_autofree char *script = NULL;
    for (gsize i = 0; i < len; i++) {
        if (text[i] != '\n')
            cmdline[i] = text[i];
    }
    pf_program_script_find(exe, cmdline, len, &script);
}

static void
check_decisions(const char *text, gsize len)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) consents = pf_consent_file_parse(text, len, &error);
    FUZZ_CHECK((consents == NULL) == (error != NULL));
    for (guint i = 0; consents != NULL && i < consents->len; i++) {
        const PfConsent *consent = g_ptr_array_index(consents, i);
        FUZZ_CHECK(consent->program->executable[0] == '/' && consent->id != NULL);
        FUZZ_CHECK(consent->program_name != NULL && consent->program_icon != NULL);
    }
}

static void
check_settings(const char *text, gsize len, const char *exe)
{
    g_autofree char *copy = g_strndup(text, len);
    if (!g_utf8_validate(copy, -1, NULL))
        return; /* GLib's parser wants text, and settings are that */
    g_autoptr(GVariant) groups = g_variant_parse(G_VARIANT_TYPE("a(ssas)"), copy, NULL, NULL, NULL);
    if (groups != NULL) {
        PfProgramGroups *read = pf_program_groups_new(groups);
        PfProgramFacts facts = {.exe = exe};
        pf_program_groups_find(read, &facts);
        pf_program_groups_find_id(read, 1);
        pf_program_groups_free(read);
    }
    g_autoptr(GVariant) rules =
        g_variant_parse(G_VARIANT_TYPE("a{sa{sv}}"), copy, NULL, NULL, NULL);
    if (rules != NULL) {
        PfTokenRules *read = pf_token_rules_new(rules);
        pf_token_rules_get_mode(read, "pkcs11:model=M;manufacturer=F;serial=1;token=t");
        pf_token_rules_free(read);
    }
}

/* What makes no sense is said in the log, which is not for each input. */
static GLogWriterOutput
drop_message(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    FUZZ_CHECK((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0);
    return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    /* No desktop files but those of the input. */
    g_setenv("XDG_DATA_DIRS", "/nowhere", TRUE);
    g_setenv("XDG_DATA_HOME", "/nowhere", TRUE);
    g_log_set_writer_func(drop_message, NULL, NULL);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (end == NULL)
        return 0;
    g_autofree char *exe = g_strndup((const char *)data, (gsize)(end - data));
    const char *text = (const char *)end + 1;
    gsize len = size - (gsize)(end - data) - 1;
    check_desktop_file(text, len, exe);
    check_info_file(text, len, exe);
    check_settings(text, len, exe);
    check_decisions(text, len);
    check_command_line(text, len, exe);
    return 0;
}
