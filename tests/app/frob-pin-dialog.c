/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Runs the PIN dialog from a key file, without agent or card: frob-pin-dialog FILE.
 *
 * Group [ask] holds the details of Prompter1.AskPin, each group [retry1], [retry2], … those of the
 * Retry that answers the next PIN. A PIN after the last retry is accepted. Prints one line for each
 * thing that happens (never what was typed); exits with 0 when accepted, 1 when cancelled. With
 * `check-ms` in a group the "token" takes that long. */
#include <locale.h>

#include "pin-dialog.h"

typedef struct {
    GKeyFile *file;
    PfPromptDialog *dialog;
    guint retries;
    int status;
} Harness;

static void
apply_group(PfPinRequest *request, GKeyFile *file, const char *group)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (gsize i = 0; keys != NULL && keys[i] != NULL; i++) {
        g_autofree char *text = g_key_file_get_string(file, group, keys[i], NULL);
        guint64 number = g_key_file_get_uint64(file, group, keys[i], NULL);
        if (g_str_equal(keys[i], "check-ms"))
            continue;
        if (!pf_pin_request_set_number(request, keys[i], number) &&
            !pf_pin_request_set_boolean(request, keys[i], g_str_equal(text, "true")) &&
            !pf_pin_request_set_text(request, keys[i], text))
            g_error("unknown key %s", keys[i]);
    }
}

static gboolean
on_check_done(gpointer user_data)
{
    Harness *harness = user_data;
    PfPinPage page = PF_PIN_PAGE_NONE;
    int r = pf_pin_dialog_take_pin(PF_PIN_DIALOG(harness->dialog), &page);
    pf_pin_page_wipe(&page);
    if (r < 0)
        g_error("page: %s", g_strerror(-r));

    g_autofree char *group = g_strdup_printf("retry%u", ++harness->retries);
    if (!g_key_file_has_group(harness->file, group)) {
        g_print("accepted\n");
        gtk_main_quit();
        return G_SOURCE_REMOVE;
    }
    const PfPinRequest *previous = pf_prompt_dialog_get_request(harness->dialog);
    PfPinRequest *request = pf_pin_request_dup(previous, harness->retries + 1);
    pf_pin_request_reset_tries(request);
    apply_group(request, harness->file, group);
    g_print("retry\n");
    pf_prompt_dialog_retry(harness->dialog, request);
    return G_SOURCE_REMOVE;
}

static void
on_dialog_submitted(Harness *harness)
{
    g_print("submitted\n");
    g_autofree char *group = g_strdup_printf("retry%u", harness->retries + 1);
    if (!g_key_file_has_group(harness->file, group))
        g_strlcpy(group, "ask", strlen(group) + 1);
    g_timeout_add((guint)g_key_file_get_uint64(harness->file, group, "check-ms", NULL),
                  on_check_done, harness);
}

static void
on_dialog_cancelled(Harness *harness)
{
    g_print("cancelled\n");
    harness->status = 1;
    gtk_main_quit();
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    gtk_init(&argc, &argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (argc != 2 || !g_key_file_load_from_file(file, argv[1], G_KEY_FILE_NONE, &error)) {
        g_printerr("usage: frob-pin-dialog FILE%s%s\n", error != NULL ? ": " : "",
                   error != NULL ? error->message : "");
        return 2;
    }
    PfPinRequest *request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
    apply_group(request, file, "ask");
    Harness harness = {.file = file, .dialog = pf_pin_dialog_new(request)};
    g_signal_connect_swapped(harness.dialog, "submitted", G_CALLBACK(on_dialog_submitted),
                             &harness);
    g_signal_connect_swapped(harness.dialog, "cancelled", G_CALLBACK(on_dialog_cancelled),
                             &harness);
    gtk_window_present(GTK_WINDOW(harness.dialog));
    gtk_main();
    gtk_widget_destroy(GTK_WIDGET(harness.dialog));
    return harness.status;
}
