/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfChangeDialog: entries for what the request asks; what is wrong is said while it is typed. */
#include "change-dialog.h"

#include <errno.h>

#include <glib/gi18n.h>

#include "key-kind.h"
#include "pin-entry.h"

struct _PfChangeDialog {
    PfPromptDialog parent_instance;

    GtkImage *program_icon;
    PfRequestView *view;
    GtkLabel *name_label;
    GtkEntry *name_entry;
    GtkLabel *kind_label;
    GtkComboBoxText *kind_combo;
    GtkLabel *password_label;
    PfPinEntry *password_entry;
    GtkLabel *proof_label;
    PfPinEntry *proof_entry;
    GtkLabel *new_label;
    PfPinEntry *new_entry;
    GtkLabel *again_label;
    PfPinEntry *again_entry;
    GtkCheckButton *sure_check;
    PfPromptStatus *status;
    GtkButton *change_button;

    gboolean blocked;
    PfChangeField refused; /* PF_N_CHANGE_FIELDS: none */
};

G_DEFINE_FINAL_TYPE(PfChangeDialog, pf_change_dialog, PF_TYPE_PROMPT_DIALOG)

static const PfPinRequest *
get_request(PfChangeDialog *self)
{
    return pf_prompt_dialog_get_request(PF_PROMPT_DIALOG(self));
}

static GtkWidget *
get_widget(PfChangeDialog *self, PfChangeField field)
{
    GtkWidget *const widgets[] = {
        [PF_CHANGE_FIELD_NAME] = GTK_WIDGET(self->name_entry),
        [PF_CHANGE_FIELD_KIND] = GTK_WIDGET(self->kind_combo),
        [PF_CHANGE_FIELD_PASSWORD] = GTK_WIDGET(self->password_entry),
        [PF_CHANGE_FIELD_PROOF] = GTK_WIDGET(self->proof_entry),
        [PF_CHANGE_FIELD_NEW] = GTK_WIDGET(self->new_entry),
        [PF_CHANGE_FIELD_AGAIN] = GTK_WIDGET(self->again_entry),
        [PF_CHANGE_FIELD_SURE] = GTK_WIDGET(self->sure_check),
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(widgets) == PF_N_CHANGE_FIELDS);
    return widgets[field];
}

/* NULL where the field has none of its own. */
static GtkWidget *
get_label(PfChangeDialog *self, PfChangeField field)
{
    GtkLabel *const labels[PF_N_CHANGE_FIELDS] = {
        [PF_CHANGE_FIELD_NAME] = self->name_label,
        [PF_CHANGE_FIELD_KIND] = self->kind_label,
        [PF_CHANGE_FIELD_PASSWORD] = self->password_label,
        [PF_CHANGE_FIELD_PROOF] = self->proof_label,
        [PF_CHANGE_FIELD_NEW] = self->new_label,
        [PF_CHANGE_FIELD_AGAIN] = self->again_label,
    };
    return GTK_WIDGET(labels[field]);
}

static const char *
get_text(PfChangeDialog *self, PfChangeField field)
{
    GtkWidget *widget = get_widget(self, field);
    if (field == PF_CHANGE_FIELD_SURE)
        return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(widget)) ? "sure" : "";
    if (field == PF_CHANGE_FIELD_KIND) {
        const char *kind = pf_change_dialog_get_kind(self);
        return kind != NULL ? kind : "";
    }
    return gtk_entry_get_text(GTK_ENTRY(widget));
}

/* NULL: it is not asked for. */
static const char *
get_asked_text(PfChangeDialog *self, PfChangeField field)
{
    return pf_pin_change_asks(get_request(self), field) ? get_text(self, field) : NULL;
}

static void
focus(PfChangeDialog *self, PfChangeField field)
{
    GtkWidget *widget = get_widget(self, field);
    if (GTK_IS_ENTRY(widget))
        gtk_entry_grab_focus_without_selecting(GTK_ENTRY(widget));
    else
        gtk_widget_grab_focus(widget);
}

/* After a failure that was about FIELD: the password of a file is gone with the PIN, and is asked
 * for before it. */
static void
focus_again(PfChangeDialog *self, PfChangeField field)
{
    gboolean has_password = pf_pin_change_asks(get_request(self), PF_CHANGE_FIELD_PASSWORD);
    focus(self, has_password ? PF_CHANGE_FIELD_PASSWORD : field);
}

static PfChangeField
get_first_field(PfChangeDialog *self)
{
    PfChangeField field = PF_CHANGE_FIELD_NAME;
    while (!pf_pin_change_asks(get_request(self), field))
        field++;
    return field;
}

static void
show_tries(PfChangeDialog *self, gboolean after_wrong)
{
    /* Where no PIN is proven, none is tried. */
    if (pf_pin_change_asks(get_request(self), PF_CHANGE_FIELD_PROOF))
        self->blocked = pf_prompt_dialog_show_tries(PF_PROMPT_DIALOG(self), after_wrong);
    else
        pf_prompt_status_show(self->status, PF_PIN_TONE_NONE, NULL);
}

static PfPinChangeVerdict
check_typed(PfChangeDialog *self)
{
    PfChangeTyped typed = {0};
    for (PfChangeField field = PF_CHANGE_FIELD_NAME; field < PF_N_CHANGE_FIELDS; field++)
        typed.texts[field] = get_asked_text(self, field);
    return pf_pin_change_check(get_request(self), &typed);
}

static PfChangeField
get_field_of(PfChangeDialog *self, PfPinChangeVerdict verdict)
{
    return pf_pin_change_get_field(get_request(self), verdict);
}

static void
update_sensitivity(PfChangeDialog *self)
{
    gboolean can_type = !self->blocked && !pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self));
    for (PfChangeField field = PF_CHANGE_FIELD_NAME; field < PF_N_CHANGE_FIELDS; field++)
        gtk_widget_set_sensitive(get_widget(self, field), can_type);
    /* As long as there is nothing to choose. */
    if (pf_change_dialog_get_kind(self) == NULL)
        gtk_widget_set_sensitive(GTK_WIDGET(self->kind_combo), FALSE);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      can_type && check_typed(self) == PF_PIN_CHANGE_OK);
}

static void
name_entry(GtkLabel *label, PfPinEntry *entry, const char *text, const char *name)
{
    gtk_label_set_text_with_mnemonic(label, text);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(entry)), name);
}

static void
show_fields(PfChangeDialog *self)
{
    PfTask task = pf_pin_request_get_task(get_request(self));
    for (PfChangeField field = PF_CHANGE_FIELD_NAME; field < PF_N_CHANGE_FIELDS; field++) {
        gboolean is_asked = pf_pin_change_asks(get_request(self), field);
        gtk_widget_set_visible(get_widget(self, field), is_asked);
        if (get_label(self, field) != NULL)
            gtk_widget_set_visible(get_label(self, field), is_asked);
    }
    name_entry(self->proof_label, self->proof_entry, pf_task_text_get_proof_label(task),
               pf_task_text_get_proof_name(task));
    name_entry(self->new_label, self->new_entry, pf_task_text_get_new_label(task),
               pf_task_text_get_new_name(task));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->again_entry)),
                        pf_task_text_get_again_name(task));
}

static void
show_request(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfTask task = pf_pin_request_get_task(get_request(self));
    gtk_button_set_label(self->change_button, pf_pin_request_get_action(get_request(self)));
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(self->change_button)),
                                task == PF_TASK_DELETE ? GTK_STYLE_CLASS_DESTRUCTIVE_ACTION
                                                       : GTK_STYLE_CLASS_SUGGESTED_ACTION);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->program_icon)),
                        task == PF_TASK_NONE ? _("Icon of the program") : _("Pinfold"));
    show_fields(self);
    show_tries(self, FALSE);
}

/* Says what is wrong, and to a screen reader of which field. */
static void
show_verdict(PfChangeDialog *self, PfPinChangeVerdict verdict)
{
    g_autofree char *text = pf_pin_change_dup_text(get_request(self), verdict);
    pf_prompt_status_describe(self->status, get_widget(self, get_field_of(self, verdict)));
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
}

static gboolean
check(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfPinChangeVerdict verdict = check_typed(self);
    if (self->blocked || verdict == PF_PIN_CHANGE_OK)
        return !self->blocked;
    show_verdict(self, verdict);
    focus(self, get_field_of(self, verdict));
    return FALSE;
}

static void
checking_changed(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    if (pf_prompt_dialog_is_checking(dialog))
        pf_prompt_status_show_work(self->status, pf_task_text_get_work(
                                                     pf_pin_request_get_task(get_request(self))));
    update_sensitivity(self);
}

static void
answer_again(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfChangeField field = pf_pin_change_asks(get_request(self), PF_CHANGE_FIELD_PROOF)
                              ? PF_CHANGE_FIELD_PROOF
                              : PF_CHANGE_FIELD_NEW;
    pf_pin_entry_wipe(self->proof_entry);
    pf_prompt_status_describe(self->status, get_widget(self, field));
    show_tries(self, TRUE);
    update_sensitivity(self);
    focus_again(self, field);
}

static void
show_error(PfPromptDialog *dialog, const char *text)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfChangeField field = self->refused;
    if (field == PF_N_CHANGE_FIELDS)
        field = get_field_of(self, check_typed(self));
    else if (PF_IS_PIN_ENTRY(get_widget(self, field)))
        pf_pin_entry_wipe(PF_PIN_ENTRY(get_widget(self, field)));
    self->refused = PF_N_CHANGE_FIELDS;
    pf_prompt_status_describe(self->status, get_widget(self, field));
    pf_prompt_status_show(self->status, PF_PIN_TONE_WARNING, text);
    focus_again(self, field);
}

static void
wipe(PfPromptDialog *dialog)
{
    PfChangeDialog *self = PF_CHANGE_DIALOG(dialog);
    PfPinEntry *const entries[] = {self->password_entry, self->proof_entry, self->new_entry,
                                   self->again_entry};
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++) {
        if (entries[i] != NULL)
            pf_pin_entry_wipe(entries[i]);
    }
}

static void
on_entry_changed(PfChangeDialog *self)
{
    if (pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self)) || get_request(self) == NULL ||
        self->status == NULL)
        return;
    pf_prompt_dialog_restart_timeout(PF_PROMPT_DIALOG(self));
    update_sensitivity(self);
    /* What is only not complete yet is said when the person tries to send it. */
    PfPinChangeVerdict verdict = check_typed(self);
    if (pf_pin_change_is_error(verdict))
        show_verdict(self, verdict);
    else
        show_tries(self, FALSE);
}

/* Enter goes on to the field that needs something, without a complaint about one that is empty
 * because the cursor has not been there. */
static void
on_entry_activate(PfChangeDialog *self, GtkWidget *entry)
{
    PfPinChangeVerdict verdict = check_typed(self);
    PfChangeField wanted = get_field_of(self, verdict);
    gboolean is_untouched = get_text(self, wanted)[0] == '\0';
    gboolean can_go =
        get_widget(self, wanted) != entry && gtk_widget_get_sensitive(get_widget(self, wanted));
    if (verdict != PF_PIN_CHANGE_OK && can_go && is_untouched)
        focus(self, wanted);
    else
        pf_prompt_dialog_submit(PF_PROMPT_DIALOG(self));
}

PfPromptDialog *
pf_change_dialog_new(PfPinRequest *request)
{
    PfChangeDialog *self = g_object_new(PF_TYPE_CHANGE_DIALOG, "use-header-bar", FALSE, NULL);
    if (pf_pin_request_get_task(request) == PF_TASK_RENAME) {
        const char *own = pf_pin_request_get_token_name(request);
        const char *name = own != NULL ? own : pf_pin_request_get_token_label(request);
        gtk_entry_set_text(self->name_entry, name != NULL ? name : "");
    }
    pf_prompt_dialog_begin(PF_PROMPT_DIALOG(self), request);
    gtk_widget_grab_focus(get_widget(self, get_first_field(self)));
    return PF_PROMPT_DIALOG(self);
}

gboolean
pf_change_dialog_take_secrets(PfChangeDialog *self, PfChangeSecrets *ret_secrets)
{
    PfChangeField second = pf_pin_change_asks(get_request(self), PF_CHANGE_FIELD_PASSWORD)
                               ? PF_CHANGE_FIELD_PASSWORD
                               : PF_CHANGE_FIELD_NEW;
    gboolean done = pf_change_secrets_copy(get_asked_text(self, PF_CHANGE_FIELD_PROOF),
                                           get_asked_text(self, second), ret_secrets);
    int saved = errno;
    pf_pin_entry_wipe(self->proof_entry);
    pf_pin_entry_wipe(self->password_entry);
    errno = saved;
    return done;
}

char *
pf_change_dialog_dup_name(PfChangeDialog *self)
{
    return g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));
}

void
pf_change_dialog_set_kinds(PfChangeDialog *self, const char *const *words)
{
    for (; *words != NULL; words++) {
        const char *text = pf_key_kind_get_text(*words);
        if (text != NULL)
            gtk_combo_box_text_append(self->kind_combo, *words, text);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->kind_combo), 0);
}

const char *
pf_change_dialog_get_kind(PfChangeDialog *self)
{
    return gtk_combo_box_get_active_id(GTK_COMBO_BOX(self->kind_combo));
}

void
pf_change_dialog_show_progress(PfChangeDialog *self, const char *text, guint done, guint total)
{
    if (pf_prompt_dialog_is_checking(PF_PROMPT_DIALOG(self)))
        pf_prompt_status_show_progress(self->status, text, done, total);
}

void
pf_change_dialog_refuse(PfChangeDialog *self, PfChangeField field, const char *text)
{
    self->refused = field;
    pf_prompt_dialog_show_error(PF_PROMPT_DIALOG(self), text);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/change-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, view);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, name_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, name_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, kind_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, kind_combo);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, password_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, password_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, proof_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, proof_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, new_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, new_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, again_label);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, again_entry);
    gtk_widget_class_bind_template_child(widget_class, PfChangeDialog, sure_check);
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

    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
pf_change_dialog_init(PfChangeDialog *self)
{
    self->refused = PF_N_CHANGE_FIELDS;
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_prompt_dialog_set_parts(PF_PROMPT_DIALOG(self), self->program_icon, self->view,
                               self->status);
    for (PfChangeField field = PF_CHANGE_FIELD_NAME; field < PF_N_CHANGE_FIELDS; field++) {
        if (get_label(self, field) != NULL)
            pf_request_view_align(self->view, get_label(self, field));
    }
    pf_prompt_status_watch_caps_lock(self->status);
}
