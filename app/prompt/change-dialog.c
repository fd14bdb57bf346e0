/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfChangeDialog: the present PIN, the new one, and the new one again. */
#include "change-dialog.h"

#include <glib/gi18n.h>

#include "pin-change.h"
#include "pin-entry.h"
#include "prompt-status.h"
#include "request-view.h"

struct _PfChangeDialog {
    PfPromptDialog parent_instance;

    GtkImage *program_icon;
    PfRequestView *view;
    GtkLabel *old_label;
    PfPinEntry *old_entry;
    GtkLabel *new_label;
    PfPinEntry *new_entry;
    GtkLabel *again_label;
    PfPinEntry *again_entry;
    PfPromptStatus *status;
    GtkButton *change_button;

    gboolean blocked;
};

G_DEFINE_FINAL_TYPE(PfChangeDialog, pf_change_dialog, PF_TYPE_PROMPT_DIALOG)

static const PfPinRequest *
get_request(PfChangeDialog *self)
{
    return pf_prompt_dialog_get_request(PF_PROMPT_DIALOG(self));
}

static gboolean
asks_old(PfChangeDialog *self)
{
    return !pf_pin_request_is_set(get_request(self));
}

static void
show_tries(PfChangeDialog *self, gboolean after_wrong)
{
    g_autofree char *text = NULL;
    /* Where no PIN is proven, none is tried. */
    PfPinTone tone = asks_old(self)
                         ? pf_pin_request_dup_tries(get_request(self), after_wrong, &text)
                         : PF_PIN_TONE_NONE;
    self->blocked = tone == PF_PIN_TONE_BLOCKED;
    pf_prompt_status_show(self->status, tone, text);
}

static PfPinChangeVerdict
check_typed(PfChangeDialog *self)
{
    return pf_pin_change_check(get_request(self),
                               asks_old(self) ? pf_pin_entry_get_text(self->old_entry) : NULL,
                               pf_pin_entry_get_text(self->new_entry),
                               pf_pin_entry_get_text(self->again_entry));
}

/* The entry that a verdict is about; with OK the last one. */
static PfPinEntry *
get_entry_of(PfChangeDialog *self, PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_OLD_EMPTY:
    case PF_PIN_CHANGE_OLD_LONG:
        return self->old_entry;
    case PF_PIN_CHANGE_NEW_EMPTY:
    case PF_PIN_CHANGE_NEW_SHORT:
    case PF_PIN_CHANGE_NEW_LONG:
    case PF_PIN_CHANGE_NEW_IS_OLD:
        return self->new_entry;
    default:
        return self->again_entry;
    }
}

static void
update_sensitivity(PfChangeDialog *self)
{
    gboolean can_type = !self->blocked && !pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self));
    gtk_widget_set_sensitive(GTK_WIDGET(self->old_entry), can_type);
    gtk_widget_set_sensitive(GTK_WIDGET(self->new_entry), can_type);
    gtk_widget_set_sensitive(GTK_WIDGET(self->again_entry), can_type);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      can_type && check_typed(self) == PF_PIN_CHANGE_OK);
}

static void
show_request(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    g_autofree char *title = pf_pin_request_dup_window_title(get_request(self));
    gtk_window_set_title(GTK_WINDOW(self), title);
    gtk_button_set_label(self->change_button, pf_pin_request_get_action(get_request(self)));
    gtk_widget_set_visible(GTK_WIDGET(self->old_label), asks_old(self));
    gtk_widget_set_visible(GTK_WIDGET(self->old_entry), asks_old(self));
    pf_request_view_show(self->view, get_request(self), self->program_icon);
    show_tries(self, FALSE);
}

/* Says what is wrong and puts the cursor there. */
static void
complain(PfChangeDialog *self, PfPinChangeVerdict verdict)
{
    PfPinEntry *entry = get_entry_of(self, verdict);
    g_autofree char *text = pf_pin_change_dup_text(get_request(self), verdict);
    pf_prompt_status_describe(self->status, GTK_WIDGET(entry));
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    pf_pin_entry_focus(entry);
}

static gboolean
check(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfPinChangeVerdict verdict = check_typed(self);
    if (self->blocked || verdict == PF_PIN_CHANGE_OK)
        return !self->blocked;
    complain(self, verdict);
    return FALSE;
}

static void
checking_changed(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    if (pf_prompt_dialog_is_checking(dialog))
        pf_prompt_status_show_work(self->status, _("The token changes the PIN…"));
    update_sensitivity(self);
}

static void
answer_again(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfPinEntry *entry = asks_old(self) ? self->old_entry : self->new_entry;
    pf_pin_entry_wipe(self->old_entry);
    pf_prompt_status_describe(self->status, GTK_WIDGET(entry));
    show_tries(self, TRUE);
    update_sensitivity(self);
    pf_pin_entry_focus(entry);
}

static void
show_error(PfPromptDialog *dialog, const char *text)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    pf_pin_entry_focus(get_entry_of(self, check_typed(self)));
}

static void
wipe(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfPinEntry *const entries[] = {self->old_entry, self->new_entry, self->again_entry};
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        if (entries[i] != NULL)
            pf_pin_entry_wipe(entries[i]);
    }
}

static void
on_entry_changed(PfChangeDialog *self)
{
    if (pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self)) || get_request(self) == NULL ||
        self->old_entry == NULL || self->new_entry == NULL || self->again_entry == NULL)
        return;
    pf_prompt_dialog_restart_timeout(PF_PROMPT_DIALOG(self));
    update_sensitivity(self);
    /* What is only not complete yet is said when the person tries to send it. */
    PfPinChangeVerdict verdict = check_typed(self);
    if (pf_pin_change_is_error(verdict)) {
        g_autofree char *text = pf_pin_change_dup_text(get_request(self), verdict);
        pf_prompt_status_describe(self->status, GTK_WIDGET(get_entry_of(self, verdict)));
        pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    } else {
        show_tries(self, FALSE);
    }
}

/* Enter goes on to the entry that needs something, without a complaint about one that is empty
 * because the cursor has not been there. */
static void
on_entry_activate(PfChangeDialog *self, PfPinEntry *entry)
{
    PfPinChangeVerdict verdict = check_typed(self);
    PfPinEntry *wanted = get_entry_of(self, verdict);
    gboolean is_untouched = pf_pin_entry_get_text(wanted)[0] == '\0';
    if (verdict != PF_PIN_CHANGE_OK && wanted != entry && is_untouched)
        pf_pin_entry_focus(wanted);
    else
        pf_prompt_dialog_submit(PF_PROMPT_DIALOG(self));
}

PfPromptDialog *
pf_change_dialog_new(PfPinRequest *request)
{
    PfChangeDialog *self = g_object_new(PF_TYPE_CHANGE_DIALOG, "use-header-bar", FALSE, NULL);
    pf_prompt_dialog_begin(PF_PROMPT_DIALOG(self), request);
    gtk_widget_grab_focus(GTK_WIDGET(asks_old(self) ? self->old_entry : self->new_entry));
    return PF_PROMPT_DIALOG(self);
}

int
pf_change_dialog_take_pins(PfChangeDialog *self, PfPinPage *old_page, PfPinPage *new_page)
{
    int r = asks_old(self) ? pf_pin_entry_copy(self->old_entry, old_page) : 0;
    pf_pin_entry_wipe(self->old_entry);
    if (r >= 0)
        r = pf_pin_entry_copy(self->new_entry, new_page);
    if (r < 0)
        pf_pin_page_wipe(old_page);
    return r;
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/change-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, view);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, old_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, old_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, new_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, new_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, again_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, again_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, status);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, change_button);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_activate);
}

static void
pf_change_dialog_class_init(PfChangeDialogClass *klass)
{
    PfPromptDialogClass *dialog_class = PF_PROMPT_DIALOG_CLASS(klass);

    dialog_class->takes_secrets = TRUE;
    dialog_class->show_request = show_request;
    dialog_class->check = check;
    dialog_class->checking_changed = checking_changed;
    dialog_class->answer_again = answer_again;
    dialog_class->show_error = show_error;
    dialog_class->wipe = wipe;

    g_type_ensure(PF_TYPE_REQUEST_VIEW);
    g_type_ensure(PF_TYPE_PIN_ENTRY);
    g_type_ensure(PF_TYPE_PROMPT_STATUS);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
pf_change_dialog_init(PfChangeDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_request_view_align(self->view, GTK_WIDGET(self->old_label));
    pf_request_view_align(self->view, GTK_WIDGET(self->new_label));
    pf_request_view_align(self->view, GTK_WIDGET(self->again_label));
    pf_prompt_status_watch_caps_lock(self->status);
}
