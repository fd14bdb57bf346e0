/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinDialog: one PIN, as long as the token takes it, until it is right or blocked. */
#include "pin-dialog.h"

#include <string.h>

#include <glib/gi18n.h>

#include "label-text.h"
#include "pin-entry.h"

struct _PfPinDialog {
    PfPromptDialog parent_instance;

    GtkImage *program_icon;
    PfRequestView *view;
    GtkLabel *pin_label;
    PfPinEntry *pin_entry;
    PfPromptStatus *status;
    GtkCheckButton *remember_check;
    GtkLabel *refused_label;
    GtkLabel *never_label;

    gboolean blocked;
    gboolean shown;
};

G_DEFINE_FINAL_TYPE(PfPinDialog, pf_pin_dialog, PF_TYPE_PROMPT_DIALOG)

static const PfPinRequest *
get_request(PfPinDialog *self)
{
    return pf_prompt_dialog_get_request(PF_PROMPT_DIALOG(self));
}

static void
show_tries(PfPinDialog *self, gboolean after_wrong)
{
    self->blocked = pf_prompt_dialog_show_tries(PF_PROMPT_DIALOG(self), after_wrong);
}

static PfPinLength
check_length(PfPinDialog *self)
{
    const char *text = pf_pin_entry_get_text(self->pin_entry);
    return pf_pin_request_check_typed(get_request(self), text, strlen(text));
}

static void
update_sensitivity(PfPinDialog *self)
{
    gboolean can_type = !self->blocked && !pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self));
    gtk_widget_set_sensitive(GTK_WIDGET(self->pin_entry), can_type);
    gtk_widget_set_sensitive(GTK_WIDGET(self->remember_check), can_type);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      can_type && check_length(self) == PF_PIN_LENGTH_OK);
}

/* The box says what is stored when the dialog comes up; then it is the person's. */
static void
show_keyring(PfPinDialog *self)
{
    PfPinKeyring keyring = pf_pin_request_get_keyring(get_request(self));
    gtk_widget_set_visible(GTK_WIDGET(self->remember_check), keyring != PF_PIN_KEYRING_NONE);
    gtk_widget_set_visible(GTK_WIDGET(self->refused_label), keyring == PF_PIN_KEYRING_REFUSED);
    if (!self->shown)
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->remember_check),
                                     keyring == PF_PIN_KEYRING_STORED);
    self->shown = TRUE;
}

static void
show_never(PfPinDialog *self)
{
    pf_label_text_set(self->never_label, pf_pin_request_get_never_words(get_request(self)));
}

static void
show_request(PfPromptDialog *dialog)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    show_keyring(self);
    show_never(self);
    show_tries(self, FALSE);
}

static void
show_error(PfPromptDialog *dialog, const char *text)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    pf_pin_entry_focus(self->pin_entry);
}

static gboolean
check(PfPromptDialog *dialog)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    PfPinLength verdict = check_length(self);
    if (self->blocked || verdict == PF_PIN_LENGTH_OK)
        return !self->blocked;
    g_autofree char *text = pf_pin_request_dup_length_text(get_request(self), verdict);
    show_error(dialog, text);
    return FALSE;
}

static void
checking_changed(PfPromptDialog *dialog)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    if (pf_prompt_dialog_is_checking(dialog))
        pf_prompt_status_show_work(self->status, _("The token checks the PIN…"));
    update_sensitivity(self);
}

static void
answer_again(PfPromptDialog *dialog)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    pf_pin_entry_wipe(self->pin_entry);
    show_tries(self, TRUE);
    update_sensitivity(self);
    pf_pin_entry_focus(self->pin_entry);
}

static void
wipe(PfPromptDialog *dialog)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    if (self->pin_entry != NULL)
        pf_pin_entry_wipe(self->pin_entry);
}

static void
on_pin_entry_changed(PfPinDialog *self)
{
    if (pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self)) || get_request(self) == NULL)
        return;
    pf_prompt_dialog_restart_timeout(PF_PROMPT_DIALOG(self));
    update_sensitivity(self);
    /* Said while typing, since Enter would not help; a short text is only said to be so when the
     * person tries to send it. */
    PfPinLength verdict = check_length(self);
    if (verdict == PF_PIN_LENGTH_LONG) {
        g_autofree char *text = pf_pin_request_dup_length_text(get_request(self), verdict);
        pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    } else if (verdict == PF_PIN_LENGTH_OK) {
        show_tries(self, FALSE);
    }
}

static void
on_pin_entry_activate(PfPinDialog *self)
{
    pf_prompt_dialog_submit(PF_PROMPT_DIALOG(self));
}

PfPromptDialog *
pf_pin_dialog_new(PfPinRequest *request)
{
    PfPromptDialog *self = g_object_new(PF_TYPE_PIN_DIALOG, "use-header-bar", FALSE, NULL);
    pf_prompt_dialog_begin(self, request);
    return self;
}

gboolean
pf_pin_dialog_remembers(PfPinDialog *self)
{
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->remember_check));
}

int
pf_pin_dialog_take_pin(PfPinDialog *self, PfPinPage *page)
{
    int r = pf_pin_entry_copy(self->pin_entry, page);
    pf_pin_entry_wipe(self->pin_entry);
    return r;
}

static void
pf_pin_dialog_class_init(PfPinDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    PfPromptDialogClass *dialog_class = PF_PROMPT_DIALOG_CLASS(klass);

    dialog_class->takes_secrets = TRUE;
    dialog_class->show_request = show_request;
    dialog_class->check = check;
    dialog_class->checking_changed = checking_changed;
    dialog_class->answer_again = answer_again;
    dialog_class->show_error = show_error;
    dialog_class->wipe = wipe;

    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/pin-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, view);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, pin_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, pin_entry);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, status);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, remember_check);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, refused_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, never_label);
    gtk_widget_class_bind_template_callback(widget_class, on_pin_entry_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_pin_entry_activate);
}

static void
pf_pin_dialog_init(PfPinDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_prompt_dialog_set_parts(PF_PROMPT_DIALOG(self), self->program_icon, self->view,
                               self->status);
    pf_request_view_align(self->view, GTK_WIDGET(self->pin_label));
    pf_prompt_status_describe(self->status, GTK_WIDGET(self->pin_entry));
    pf_prompt_status_watch_caps_lock(self->status);
}
