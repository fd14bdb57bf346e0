/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentDialog: four answers, of which none is given by a key meant for another window. */
#include "consent-dialog.h"

struct _PfConsentDialog {
    PfPromptDialog parent_instance;

    GtkImage *program_icon;
    PfRequestView *view;
    PfPromptStatus *status;
    GtkWidget *once_button;
    GtkWidget *session_button;
    GtkWidget *always_button;
    GtkWidget *never_button;
    GtkWidget *cancel_button;

    const char *decision;
};

G_DEFINE_FINAL_TYPE(PfConsentDialog, pf_consent_dialog, PF_TYPE_PROMPT_DIALOG)

static void
show_request(PfPromptDialog *dialog)
{
    PfConsentDialog *self = PF_CONSENT_DIALOG(dialog);
    const PfPinRequest *request = pf_prompt_dialog_get_request(dialog);
    gboolean known = pf_pin_request_is_program_known(request);
    gtk_widget_set_visible(self->session_button, known);
    gtk_widget_set_visible(self->always_button, pf_pin_request_may_remember(request));
    gtk_widget_set_visible(self->never_button, known);
    gtk_widget_hide(GTK_WIDGET(self->status));
}

static gboolean
check(PfPromptDialog *dialog)
{
    return PF_CONSENT_DIALOG(dialog)->decision != NULL && !pf_prompt_dialog_has_just_come(dialog);
}

static void
checking_changed(PfPromptDialog *dialog)
{
    PfConsentDialog *self = PF_CONSENT_DIALOG(dialog);
    gboolean answerable = !pf_prompt_dialog_is_checking(dialog);
    gtk_widget_set_sensitive(self->once_button, answerable);
    gtk_widget_set_sensitive(self->session_button, answerable);
    gtk_widget_set_sensitive(self->always_button, answerable);
    gtk_widget_set_sensitive(self->never_button, answerable);
}

static void
show_error(PfPromptDialog *dialog, const char *text)
{
    PfConsentDialog *self = PF_CONSENT_DIALOG(dialog);
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    gtk_widget_show(GTK_WIDGET(self->status));
}

static void
decide(PfConsentDialog *self, const char *decision)
{
    self->decision = decision;
    pf_prompt_dialog_submit(PF_PROMPT_DIALOG(self));
}

static void
on_once_button_clicked(PfConsentDialog *self)
{
    decide(self, "once");
}

static void
on_session_button_clicked(PfConsentDialog *self)
{
    decide(self, "session");
}

static void
on_always_button_clicked(PfConsentDialog *self)
{
    decide(self, "always");
}

static void
on_never_button_clicked(PfConsentDialog *self)
{
    decide(self, "never");
}

PfPromptDialog *
pf_consent_dialog_new(PfPinRequest *request)
{
    PfPromptDialog *self = g_object_new(PF_TYPE_CONSENT_DIALOG, "use-header-bar", FALSE, NULL);
    pf_prompt_dialog_begin(self, request);
    return self;
}

const char *
pf_consent_dialog_get_decision(PfConsentDialog *self)
{
    return self->decision;
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/consent-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, view);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, status);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, once_button);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, session_button);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, always_button);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, never_button);
    gtk_widget_class_bind_template_child(widget_class, PfConsentDialog, cancel_button);
    gtk_widget_class_bind_template_callback(widget_class, on_once_button_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_session_button_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_always_button_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_never_button_clicked);
}

static void
pf_consent_dialog_class_init(PfConsentDialogClass *klass)
{
    PfPromptDialogClass *dialog_class = PF_PROMPT_DIALOG_CLASS(klass);

    dialog_class->show_request = show_request;
    dialog_class->check = check;
    dialog_class->checking_changed = checking_changed;
    dialog_class->show_error = show_error;

    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
pf_consent_dialog_init(PfConsentDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_prompt_dialog_set_parts(PF_PROMPT_DIALOG(self), self->program_icon, self->view,
                               self->status);
    pf_prompt_status_describe(self->status, self->cancel_button);
    gtk_widget_grab_focus(self->cancel_button);
}
