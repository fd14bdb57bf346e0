/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinDialog: shows who asks, takes the PIN into locked memory, keeps other windows out. */
#define GCR_API_SUBJECT_TO_CHANGE
#include "pin-dialog.h"

#include <string.h>

#include <gcr/gcr.h>
#include <glib/gi18n.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#include "label-text.h"

/* Keys pressed so soon after the window got the focus were meant for another one. */
#define STRAY_KEYS_US (300 * G_TIME_SPAN_MILLISECOND)

struct _PfPinDialog {
    GtkDialog parent_instance;

    GtkImage *program_icon;
    GtkLabel *headline_label;
    GtkLabel *process_label;
    GtkLabel *purpose_label;
    GtkLabel *token_value;
    GtkLabel *token_details;
    GtkLabel *reader_label;
    GtkLabel *reader_value;
    GtkLabel *key_label;
    GtkLabel *key_value;
    GtkEntry *pin_entry;
    GtkImage *message_icon;
    GtkLabel *message_label;
    GtkBox *caps_lock_box;
    GtkSpinner *spinner;
    GtkButton *unlock_button;
    GtkButton *cancel_button;

    PfPinRequest *request;
    gboolean blocked;
    gboolean checking;
    gboolean ended;
    gint64 focused_at;
    guint timeout_id;
    GdkKeymap *keymap;
    gulong keymap_handler;
    GdkSeat *grabbed_seat;
};

G_DEFINE_FINAL_TYPE(PfPinDialog, pf_pin_dialog, GTK_TYPE_DIALOG)

enum { SIGNAL_SUBMITTED, SIGNAL_CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* The message line keeps its height when empty, so that nothing jumps under the pointer. */
static void
set_message(PfPinDialog *self, PfPinTone tone, const char *text)
{
    gboolean is_loud = tone == PF_PIN_TONE_WARNING || tone == PF_PIN_TONE_BLOCKED;
    g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
    if (is_loud)
        pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
    /* Sign and weight, not colour: they are seen in every theme and by everybody. */
    gtk_label_set_attributes(self->message_label, attributes);
    gtk_image_set_from_icon_name(self->message_icon,
                                 tone == PF_PIN_TONE_BLOCKED ? "dialog-error-symbolic"
                                                             : "dialog-warning-symbolic",
                                 GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(GTK_WIDGET(self->message_icon), is_loud);
    gtk_label_set_text(self->message_label, text != NULL ? text : "");

    /* A screen reader says the line when it is told that the entry's description changed. */
    AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(self->pin_entry));
    atk_object_set_description(accessible, text != NULL ? text : "");
}

static void
show_tries(PfPinDialog *self, gboolean after_wrong)
{
    g_autofree char *text = NULL;
    PfPinTone tone = pf_pin_request_dup_tries(self->request, after_wrong, &text);
    self->blocked = tone == PF_PIN_TONE_BLOCKED;
    set_message(self, tone, text);
}

static PfPinLength
check_length(PfPinDialog *self)
{
    const char *text = gtk_entry_get_text(self->pin_entry);
    return pf_pin_request_check_typed(self->request, text, strlen(text));
}

static void
update_sensitivity(PfPinDialog *self)
{
    gboolean can_type = !self->blocked && !self->checking;
    gtk_widget_set_sensitive(GTK_WIDGET(self->pin_entry), can_type);
    gtk_widget_set_sensitive(GTK_WIDGET(self->cancel_button), !self->checking);
    gtk_widget_set_sensitive(GTK_WIDGET(self->unlock_button),
                             can_type && check_length(self) == PF_PIN_LENGTH_OK);
}

static void
set_checking(PfPinDialog *self, gboolean checking)
{
    self->checking = checking;
    gtk_widget_set_visible(GTK_WIDGET(self->spinner), checking);
    if (checking) {
        gtk_spinner_start(self->spinner);
        set_message(self, PF_PIN_TONE_PLAIN, _("The token checks the PIN…"));
    } else {
        gtk_spinner_stop(self->spinner);
    }
    update_sensitivity(self);
}

static void
end(PfPinDialog *self)
{
    if (self->ended)
        return;
    self->ended = TRUE;
    gtk_entry_set_text(self->pin_entry, "");
    g_signal_emit(self, signals[SIGNAL_CANCELLED], 0);
}

static gboolean
on_timeout_elapsed(gpointer user_data)
{
    PfPinDialog *self = user_data;
    self->timeout_id = 0;
    end(self);
    return G_SOURCE_REMOVE;
}

static void
restart_timeout(PfPinDialog *self)
{
    g_clear_handle_id(&self->timeout_id, g_source_remove);
    self->timeout_id = g_timeout_add_seconds(PF_PIN_DIALOG_TIMEOUT_S, on_timeout_elapsed, self);
}

static void
submit(PfPinDialog *self)
{
    if (self->checking || self->blocked || self->ended)
        return;
    PfPinLength verdict = check_length(self);
    if (verdict != PF_PIN_LENGTH_OK) {
        g_autofree char *text = pf_pin_request_dup_length_text(self->request, verdict);
        set_message(self, PF_PIN_TONE_WARNING, text);
        gtk_entry_grab_focus_without_selecting(self->pin_entry);
        return;
    }
    set_checking(self, TRUE);
    restart_timeout(self);
    g_signal_emit(self, signals[SIGNAL_SUBMITTED], 0);
}

static void
on_pin_entry_changed(PfPinDialog *self)
{
    if (self->checking || self->ended)
        return;
    restart_timeout(self);
    update_sensitivity(self);
    /* Said while typing, since Enter would not help; a short text is only said to be so when the
     * person tries to send it. */
    PfPinLength verdict = check_length(self);
    if (verdict == PF_PIN_LENGTH_LONG) {
        g_autofree char *text = pf_pin_request_dup_length_text(self->request, verdict);
        set_message(self, PF_PIN_TONE_WARNING, text);
    } else if (verdict == PF_PIN_LENGTH_OK) {
        show_tries(self, FALSE);
    }
}

static void
on_pin_entry_activate(PfPinDialog *self)
{
    submit(self);
}

static void
on_keymap_state_changed(PfPinDialog *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->caps_lock_box),
                           gdk_keymap_get_caps_lock_state(self->keymap));
}

static void
release_keyboard(PfPinDialog *self)
{
    if (self->grabbed_seat != NULL)
        gdk_seat_ungrab(self->grabbed_seat);
    g_clear_object(&self->grabbed_seat);
}

/* Keeps what is typed away from other windows. On X11 only: elsewhere windows do not see each
 * other's keys, and GNOME asks the person about such a grab in a pop-up above the dialog. */
static void
grab_keyboard(PfPinDialog *self)
{
#ifdef GDK_WINDOWING_X11
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(self));
    if (!GDK_IS_X11_DISPLAY(display) || self->grabbed_seat != NULL)
        return;
    GdkSeat *seat = gdk_display_get_default_seat(display);
    GdkGrabStatus status =
        gdk_seat_grab(seat, gtk_widget_get_window(GTK_WIDGET(self)), GDK_SEAT_CAPABILITY_KEYBOARD,
                      FALSE, NULL, NULL, NULL, NULL);
    if (status == GDK_GRAB_SUCCESS)
        self->grabbed_seat = g_object_ref(seat);
#endif
}

static gboolean
map_event(GtkWidget *widget, GdkEventAny *event)
{
    grab_keyboard(PF_PIN_DIALOG(widget));
    GtkWidgetClass *parent = GTK_WIDGET_CLASS(pf_pin_dialog_parent_class);
    return parent->map_event != NULL ? parent->map_event(widget, event) : GDK_EVENT_PROPAGATE;
}

static gboolean
focus_in_event(GtkWidget *widget, GdkEventFocus *event)
{
    PfPinDialog *self = PF_PIN_DIALOG(widget);
    self->focused_at = g_get_monotonic_time();
    grab_keyboard(self);
    return GTK_WIDGET_CLASS(pf_pin_dialog_parent_class)->focus_in_event(widget, event);
}

static gboolean
key_press_event(GtkWidget *widget, GdkEventKey *event)
{
    PfPinDialog *self = PF_PIN_DIALOG(widget);
    if (g_get_monotonic_time() - self->focused_at < STRAY_KEYS_US)
        return GDK_EVENT_STOP;
    return GTK_WIDGET_CLASS(pf_pin_dialog_parent_class)->key_press_event(widget, event);
}

static void
unmap(GtkWidget *widget)
{
    release_keyboard(PF_PIN_DIALOG(widget));
    GTK_WIDGET_CLASS(pf_pin_dialog_parent_class)->unmap(widget);
}

static void
response(GtkDialog *dialog, int response)
{
    PfPinDialog *self = PF_PIN_DIALOG(dialog);
    if (response == GTK_RESPONSE_OK)
        submit(self);
    else if (!self->checking)
        end(self);
}

/* The default handler of GtkDialog would let the window go; it goes when the owner destroys it. */
static gboolean
delete_event(GtkWidget *widget, GdkEventAny *event)
{
    gtk_dialog_response(GTK_DIALOG(widget), GTK_RESPONSE_DELETE_EVENT);
    return GDK_EVENT_STOP;
}

static void
show_request(PfPinDialog *self)
{
    const PfPinRequest *request = self->request;
    const char *reader = pf_pin_request_get_reader(request);
    const char *key = pf_pin_request_get_key_label(request);
    g_autofree char *title = pf_pin_request_dup_window_title(request);
    g_autofree char *headline = pf_pin_request_dup_headline(request);
    g_autofree char *process = pf_pin_request_dup_process(request);
    g_autofree char *purpose = pf_pin_request_dup_purpose(request);
    g_autofree char *token = pf_pin_request_dup_token(request);
    g_autofree char *details = pf_pin_request_dup_token_details(request);
    const char *icon = pf_pin_request_get_icon_name(request);
    if (!gtk_icon_theme_has_icon(gtk_icon_theme_get_default(), icon))
        icon = "application-x-executable";

    gtk_window_set_title(GTK_WINDOW(self), title);
    gtk_image_set_from_icon_name(self->program_icon, icon, GTK_ICON_SIZE_DIALOG);
    pf_label_text_set(self->headline_label, headline);
    pf_label_text_set(self->process_label, process);
    pf_label_text_set(self->purpose_label, purpose);
    pf_label_text_set(self->token_value, token);
    pf_label_text_set(self->token_details, details);
    pf_label_text_set(self->reader_value, reader);
    gtk_widget_set_visible(GTK_WIDGET(self->reader_label), reader != NULL);
    pf_label_text_set(self->key_value, key);
    gtk_widget_set_visible(GTK_WIDGET(self->key_label), key != NULL);
}

PfPinDialog *
pf_pin_dialog_new(PfPinRequest *request)
{
    PfPinDialog *self = g_object_new(PF_TYPE_PIN_DIALOG, "use-header-bar", FALSE, NULL);
    self->request = request;
    show_request(self);
    show_tries(self, FALSE);
    update_sensitivity(self);
    restart_timeout(self);
    return self;
}

const PfPinRequest *
pf_pin_dialog_get_request(PfPinDialog *self)
{
    return self->request;
}

void
pf_pin_dialog_retry(PfPinDialog *self, PfPinRequest *request)
{
    pf_pin_request_free(self->request);
    self->request = request;
    show_request(self);
    gtk_entry_set_text(self->pin_entry, "");
    set_checking(self, FALSE);
    show_tries(self, TRUE);
    update_sensitivity(self);
    restart_timeout(self);
    gtk_entry_grab_focus_without_selecting(self->pin_entry);
}

void
pf_pin_dialog_refuse(PfPinDialog *self)
{
    pf_pin_dialog_show_error(self, _("The token does not take a PIN of this length."));
}

void
pf_pin_dialog_show_error(PfPinDialog *self, const char *text)
{
    set_checking(self, FALSE);
    set_message(self, PF_PIN_TONE_WARNING, text);
    gtk_entry_grab_focus_without_selecting(self->pin_entry);
}

int
pf_pin_dialog_take_pin(PfPinDialog *self, PfPinPage *page)
{
    const char *text = gtk_entry_get_text(self->pin_entry);
    int r = pf_pin_page_create(page, text, strlen(text));
    gtk_entry_set_text(self->pin_entry, "");
    return r;
}

static void
dispose(GObject *object)
{
    PfPinDialog *self = PF_PIN_DIALOG(object);
    self->ended = TRUE;
    g_clear_handle_id(&self->timeout_id, g_source_remove);
    g_clear_signal_handler(&self->keymap_handler, self->keymap);
    release_keyboard(self);
    if (self->pin_entry != NULL)
        gtk_entry_set_text(self->pin_entry, "");
    G_OBJECT_CLASS(pf_pin_dialog_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    pf_pin_request_free(PF_PIN_DIALOG(object)->request);
    G_OBJECT_CLASS(pf_pin_dialog_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/pin-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, program_icon);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, headline_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, process_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, purpose_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, token_value);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, token_details);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, reader_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, reader_value);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, key_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, key_value);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, pin_entry);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, message_icon);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, message_label);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, caps_lock_box);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, spinner);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, unlock_button);
    gtk_widget_class_bind_template_child(widget_class, PfPinDialog, cancel_button);
    gtk_widget_class_bind_template_callback(widget_class, on_pin_entry_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_pin_entry_activate);
}

static void
pf_pin_dialog_class_init(PfPinDialogClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    object_class->dispose = dispose;
    object_class->finalize = finalize;
    widget_class->map_event = map_event;
    widget_class->unmap = unmap;
    widget_class->focus_in_event = focus_in_event;
    widget_class->key_press_event = key_press_event;
    widget_class->delete_event = delete_event;
    GTK_DIALOG_CLASS(klass)->response = response;

    signals[SIGNAL_SUBMITTED] = g_signal_new("submitted", PF_TYPE_PIN_DIALOG, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CANCELLED] = g_signal_new("cancelled", PF_TYPE_PIN_DIALOG, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 0);
    bind_template(widget_class);
}

/* An input method is another process that would see the PIN. On Wayland the module that speaks to
 * the compositor, which sees every key anyway, brings the on-screen keyboard. */
static void
keep_input_methods_out(PfPinDialog *self)
{
    const char *module = "gtk-im-context-simple";
#ifdef GDK_WINDOWING_X11
    if (!GDK_IS_X11_DISPLAY(gtk_widget_get_display(GTK_WIDGET(self))))
        module = "wayland";
#endif
    g_object_set(self->pin_entry, "im-module", module, NULL);
}

static void
pf_pin_dialog_init(PfPinDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_autoptr(GtkEntryBuffer) buffer = gcr_secure_entry_buffer_new();
    gtk_entry_set_buffer(self->pin_entry, buffer);
    keep_input_methods_out(self);

    /* The class handlers see the key before the entry does only if the events are asked for. */
    gtk_widget_add_events(GTK_WIDGET(self), GDK_KEY_PRESS_MASK | GDK_FOCUS_CHANGE_MASK);
    self->focused_at = g_get_monotonic_time();
    self->keymap = gdk_keymap_get_for_display(gtk_widget_get_display(GTK_WIDGET(self)));
    self->keymap_handler = g_signal_connect_swapped(self->keymap, "state-changed",
                                                    G_CALLBACK(on_keymap_state_changed), self);
    on_keymap_state_changed(self);
}
