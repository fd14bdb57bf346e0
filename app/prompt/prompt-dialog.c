/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptDialog: timeout, stray keys, the keyboard for itself, and the ways to end. */
#include "prompt-dialog.h"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#include "pin-entry.h"

/* Keys pressed so soon after the window got the focus were meant for another one, and so were
 * buttons pressed so soon after it came up under the pointer. */
#define STRAY_INPUT_US (300 * G_TIME_SPAN_MILLISECOND)

typedef struct {
    GtkImage *program_icon;
    PfRequestView *view;
    PfPromptStatus *status;
    PfPinRequest *request;
    gboolean checking;
    gboolean ended;
    gboolean stoppable;
    gboolean stopping;
    gint64 focused_at;
    gint64 mapped_at;
    guint timeout_id;
    GdkSeat *grabbed_seat;
} PfPromptDialogPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(PfPromptDialog, pf_prompt_dialog, GTK_TYPE_DIALOG)

enum { SIGNAL_SUBMITTED, SIGNAL_STOP, SIGNAL_CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static PfPromptDialogPrivate *
get_private(PfPromptDialog *self)
{
    return pf_prompt_dialog_get_instance_private(self);
}

static void
release_keyboard(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    if (priv->grabbed_seat != NULL)
        gdk_seat_ungrab(priv->grabbed_seat);
    g_clear_object(&priv->grabbed_seat);
}

/* Keeps what is typed away from other windows. On X11 only: elsewhere windows do not see each
 * other's keys, and GNOME asks the person about such a grab in a pop-up above the dialog. */
static void
grab_keyboard(PfPromptDialog *self)
{
#ifdef GDK_WINDOWING_X11
    PfPromptDialogPrivate *priv = get_private(self);
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(self));
    if (!PF_PROMPT_DIALOG_GET_CLASS(self)->takes_secrets || !GDK_IS_X11_DISPLAY(display) ||
        priv->grabbed_seat != NULL || priv->checking || !gtk_widget_get_mapped(GTK_WIDGET(self)))
        return;
    GdkSeat *seat = gdk_display_get_default_seat(display);
    GdkGrabStatus status =
        gdk_seat_grab(seat, gtk_widget_get_window(GTK_WIDGET(self)), GDK_SEAT_CAPABILITY_KEYBOARD,
                      FALSE, NULL, NULL, NULL, NULL);
    if (status == GDK_GRAB_SUCCESS)
        priv->grabbed_seat = g_object_ref(seat);
#endif
}

static void
set_checking(PfPromptDialog *self, gboolean checking)
{
    PfPromptDialogPrivate *priv = get_private(self);
    priv->checking = checking;
    priv->stopping = FALSE;
    /* A token that hangs must not take the keyboard from everything else. */
    if (checking)
        release_keyboard(self);
    else if (gtk_window_is_active(GTK_WINDOW(self)))
        grab_keyboard(self);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_CANCEL,
                                      !checking || priv->stoppable);
    PF_PROMPT_DIALOG_GET_CLASS(self)->checking_changed(self);
}

static void
end(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    if (priv->ended)
        return;
    priv->ended = TRUE;
    PF_PROMPT_DIALOG_GET_CLASS(self)->wipe(self);
    g_signal_emit(self, signals[SIGNAL_CANCELLED], 0);
}

static void
stop(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    if (!priv->stoppable || priv->stopping || priv->ended)
        return;
    priv->stopping = TRUE;
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_CANCEL, FALSE);
    g_signal_emit(self, signals[SIGNAL_STOP], 0);
}

static gboolean
on_timeout_elapsed(gpointer user_data)
{
    PfPromptDialog *self = user_data;
    get_private(self)->timeout_id = 0;
    end(self);
    return G_SOURCE_REMOVE;
}

void
pf_prompt_dialog_restart_timeout(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    gboolean is_task = pf_pin_request_get_task(priv->request) != PF_TASK_NONE;
    guint seconds = is_task ? PF_PROMPT_DIALOG_TASK_TIMEOUT_S : PF_PROMPT_DIALOG_TIMEOUT_S;
    g_clear_handle_id(&priv->timeout_id, g_source_remove);
    /* What a token is given to do has an end of its own, which the person is told of. */
    if (!priv->ended && !(is_task && priv->checking))
        priv->timeout_id = g_timeout_add_seconds(seconds, on_timeout_elapsed, self);
}

void
pf_prompt_dialog_set_parts(PfPromptDialog *self, GtkImage *program_icon, PfRequestView *view,
                           PfPromptStatus *status)
{
    PfPromptDialogPrivate *priv = get_private(self);
    priv->program_icon = program_icon;
    priv->view = view;
    priv->status = status;
}

static void
show_request(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    g_autofree char *title = pf_pin_request_dup_window_title(priv->request);
    gtk_window_set_title(GTK_WINDOW(self), title);
    pf_request_view_show(priv->view, priv->request, priv->program_icon);
    PF_PROMPT_DIALOG_GET_CLASS(self)->show_request(self);
}

void
pf_prompt_dialog_begin(PfPromptDialog *self, PfPinRequest *request)
{
    get_private(self)->request = request;
    show_request(self);
    set_checking(self, FALSE);
    pf_prompt_dialog_restart_timeout(self);
}

gboolean
pf_prompt_dialog_is_checking(PfPromptDialog *self)
{
    return get_private(self)->checking;
}

gboolean
pf_prompt_dialog_show_tries(PfPromptDialog *self, gboolean after_wrong)
{
    PfPromptDialogPrivate *priv = get_private(self);
    g_autofree char *text = NULL;
    PfPinTone tone = pf_pin_request_dup_tries(priv->request, after_wrong, &text);
    pf_prompt_status_show(priv->status, tone, text);
    return tone == PF_PIN_TONE_BLOCKED;
}

gboolean
pf_prompt_dialog_has_just_come(PfPromptDialog *self)
{
    return g_get_monotonic_time() - get_private(self)->mapped_at < STRAY_INPUT_US;
}

void
pf_prompt_dialog_submit(PfPromptDialog *self)
{
    PfPromptDialogPrivate *priv = get_private(self);
    if (priv->checking || priv->ended || !PF_PROMPT_DIALOG_GET_CLASS(self)->check(self))
        return;
    set_checking(self, TRUE);
    pf_prompt_dialog_restart_timeout(self);
    g_signal_emit(self, signals[SIGNAL_SUBMITTED], 0);
}

void
pf_prompt_dialog_set_stoppable(PfPromptDialog *self)
{
    get_private(self)->stoppable = TRUE;
}

const PfPinRequest *
pf_prompt_dialog_get_request(PfPromptDialog *self)
{
    return get_private(self)->request;
}

void
pf_prompt_dialog_update(PfPromptDialog *self, PfPinRequest *request)
{
    PfPromptDialogPrivate *priv = get_private(self);
    pf_pin_request_free(priv->request);
    priv->request = request;
    show_request(self);
    set_checking(self, FALSE);
}

void
pf_prompt_dialog_retry(PfPromptDialog *self, PfPinRequest *request)
{
    pf_prompt_dialog_update(self, request);
    PF_PROMPT_DIALOG_GET_CLASS(self)->answer_again(self);
    pf_prompt_dialog_restart_timeout(self);
}

void
pf_prompt_dialog_forget_typed(PfPromptDialog *self)
{
    PF_PROMPT_DIALOG_GET_CLASS(self)->wipe(self);
}

void
pf_prompt_dialog_show_error(PfPromptDialog *self, const char *text)
{
    set_checking(self, FALSE);
    PF_PROMPT_DIALOG_GET_CLASS(self)->show_error(self, text);
    pf_prompt_dialog_restart_timeout(self);
}

static void
do_nothing(PfPromptDialog *self)
{
}

static void
show_error(PfPromptDialog *self, const char *text)
{
    pf_prompt_status_show(get_private(self)->status, PF_PIN_TONE_WARNING, text);
}

static gboolean
map_event(GtkWidget *widget, GdkEventAny *event)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(widget);
    /* It takes the keyboard here, from whom it was with, focus or no focus. */
    get_private(self)->mapped_at = get_private(self)->focused_at = g_get_monotonic_time();
    grab_keyboard(self);
    GtkWidgetClass *parent = GTK_WIDGET_CLASS(pf_prompt_dialog_parent_class);
    return parent->map_event != NULL ? parent->map_event(widget, event) : GDK_EVENT_PROPAGATE;
}

static gboolean
focus_in_event(GtkWidget *widget, GdkEventFocus *event)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(widget);
    get_private(self)->focused_at = g_get_monotonic_time();
    grab_keyboard(self);
    return GTK_WIDGET_CLASS(pf_prompt_dialog_parent_class)->focus_in_event(widget, event);
}

/* Another of the app's dialogs took the keyboard; this one gets it back with the focus. */
static gboolean
grab_broken_event(GtkWidget *widget, GdkEventGrabBroken *event)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(widget);
    if (event->keyboard)
        g_clear_object(&get_private(self)->grabbed_seat);
    GtkWidgetClass *parent = GTK_WIDGET_CLASS(pf_prompt_dialog_parent_class);
    return parent->grab_broken_event != NULL ? parent->grab_broken_event(widget, event)
                                             : GDK_EVENT_PROPAGATE;
}

static gboolean
key_press_event(GtkWidget *widget, GdkEventKey *event)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(widget);
    if (g_get_monotonic_time() - get_private(self)->focused_at < STRAY_INPUT_US)
        return GDK_EVENT_STOP;
    return GTK_WIDGET_CLASS(pf_prompt_dialog_parent_class)->key_press_event(widget, event);
}

static void
unmap(GtkWidget *widget)
{
    release_keyboard(PF_PROMPT_DIALOG(widget));
    GTK_WIDGET_CLASS(pf_prompt_dialog_parent_class)->unmap(widget);
}

static void
response(GtkDialog *dialog, int response)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(dialog);
    if (response == GTK_RESPONSE_OK)
        pf_prompt_dialog_submit(self);
    else if (get_private(self)->checking)
        stop(self);
    else
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
dispose(GObject *object)
{
    PfPromptDialog *self = PF_PROMPT_DIALOG(object);
    PfPromptDialogPrivate *priv = get_private(self);
    priv->ended = TRUE;
    g_clear_handle_id(&priv->timeout_id, g_source_remove);
    release_keyboard(self);
    PF_PROMPT_DIALOG_GET_CLASS(self)->wipe(self);
    G_OBJECT_CLASS(pf_prompt_dialog_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    pf_pin_request_free(get_private(PF_PROMPT_DIALOG(object))->request);
    G_OBJECT_CLASS(pf_prompt_dialog_parent_class)->finalize(object);
}

static void
pf_prompt_dialog_class_init(PfPromptDialogClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    object_class->dispose = dispose;
    object_class->finalize = finalize;
    widget_class->map_event = map_event;
    widget_class->unmap = unmap;
    widget_class->focus_in_event = focus_in_event;
    widget_class->grab_broken_event = grab_broken_event;
    widget_class->key_press_event = key_press_event;
    widget_class->delete_event = delete_event;
    GTK_DIALOG_CLASS(klass)->response = response;
    klass->answer_again = do_nothing;
    klass->show_error = show_error;
    klass->wipe = do_nothing;

    /* The templates of all kinds name some of them. */
    g_type_ensure(PF_TYPE_REQUEST_VIEW);
    g_type_ensure(PF_TYPE_PIN_ENTRY);
    g_type_ensure(PF_TYPE_PROMPT_STATUS);

    signals[SIGNAL_SUBMITTED] = g_signal_new("submitted", PF_TYPE_PROMPT_DIALOG, G_SIGNAL_RUN_LAST,
                                             0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_STOP] = g_signal_new("stop", PF_TYPE_PROMPT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CANCELLED] = g_signal_new("cancelled", PF_TYPE_PROMPT_DIALOG, G_SIGNAL_RUN_LAST,
                                             0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* In a window's own group no modal dialog or open menu of the app's other windows takes what is
 * typed here: a PIN would stand there to be read. */
static void
leave_other_windows(PfPromptDialog *self)
{
    g_autoptr(GtkWindowGroup) group = gtk_window_group_new();
    gtk_window_group_add_window(group, GTK_WINDOW(self));
}

static void
pf_prompt_dialog_init(PfPromptDialog *self)
{
    leave_other_windows(self);
    /* The class handlers see the key before an entry does only if the events are asked for. */
    gtk_widget_add_events(GTK_WIDGET(self), GDK_KEY_PRESS_MASK | GDK_FOCUS_CHANGE_MASK);
    get_private(self)->focused_at = g_get_monotonic_time();
}
