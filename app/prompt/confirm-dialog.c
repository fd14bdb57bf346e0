/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConfirmDialog: nothing to type, and nothing that a key meant for another window agrees to. */
#include "confirm-dialog.h"

#include <glib/gi18n.h>

struct _PfConfirmDialog {
    PfPromptDialog parent_instance;

    GtkImage *program_icon;
    PfRequestView *view;
    GtkBox *status_indent;
    PfPromptStatus *status;
    GtkButton *agree_button;
};

G_DEFINE_FINAL_TYPE(PfConfirmDialog, pf_confirm_dialog, PF_TYPE_PROMPT_DIALOG)

static void
show_request(PfPromptDialog *dialog)
{
    PfConfirmDialog *self = PF_CONFIRM_DIALOG(dialog);
    const PfPinRequest *request = pf_prompt_dialog_get_request(dialog);
    gtk_button_set_label(self->agree_button, pf_pin_request_get_action(request));
    pf_prompt_dialog_show_tries(dialog, FALSE);
}

static gboolean
check(PfPromptDialog *dialog)
{
    return !pf_prompt_dialog_has_just_come(dialog);
}

static void
checking_changed(PfPromptDialog *dialog)
{
    PfConfirmDialog *self = PF_CONFIRM_DIALOG(dialog);
    gboolean checking = pf_prompt_dialog_is_checking(dialog);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, !checking);
    if (checking)
        pf_prompt_status_show_work(self->status, _("The token checks the PIN…"));
}

PfPromptDialog *
pf_confirm_dialog_new(PfPinRequest *request)
{
    PfPromptDialog *self = g_object_new(PF_TYPE_CONFIRM_DIALOG, "use-header-bar", FALSE, NULL);
    pf_prompt_dialog_begin(self, request);
    return self;
}

static void
pf_confirm_dialog_class_init(PfConfirmDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    PfPromptDialogClass *dialog_class = PF_PROMPT_DIALOG_CLASS(klass);

    dialog_class->show_request = show_request;
    dialog_class->check = check;
    dialog_class->checking_changed = checking_changed;

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/confirm-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfConfirmDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfConfirmDialog, view);
    gtk_widget_class_bind_template_child(widget_class, PfConfirmDialog, status_indent);
    gtk_widget_class_bind_template_child(widget_class, PfConfirmDialog, status);
    gtk_widget_class_bind_template_child(widget_class, PfConfirmDialog, agree_button);
}

static void
pf_confirm_dialog_init(PfConfirmDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_prompt_dialog_set_parts(PF_PROMPT_DIALOG(self), self->program_icon, self->view,
                               self->status);
    pf_request_view_align(self->view, GTK_WIDGET(self->status_indent));
    pf_prompt_status_describe(self->status, GTK_WIDGET(self->agree_button));
}
