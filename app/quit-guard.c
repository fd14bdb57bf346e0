/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfQuitGuard: who wants to quit, and a dialog for the person. */
#include "quit-guard.h"

#include <glib/gi18n.h>

#include "self-restart.h"

typedef enum {
    WISH_NONE,
    WISH_PERSON,
    WISH_SIGNAL,
} Wish;

struct _PfQuitGuard {
    GObject parent_instance;
    GtkApplication *application;
    char *work;   /* NULL: nothing is going on */
    guint cookie; /* the session manager's; 0: none */
    Wish wish;
    GtkWidget *dialog; /* NULL: not shown */
    gboolean gives_way;
    gboolean is_unseen; /* what came of the work that was last; until a window is closed */
};

G_DEFINE_FINAL_TYPE(PfQuitGuard, pf_quit_guard, G_TYPE_OBJECT)

static void
give_way(PfQuitGuard *self)
{
    if (self->gives_way && self->work == NULL && !self->is_unseen)
        pf_self_restart_if_replaced();
}

static void
on_application_window_removed(PfQuitGuard *self)
{
    self->is_unseen = FALSE;
    give_way(self);
}

PfQuitGuard *
pf_quit_guard_new(GtkApplication *application)
{
    PfQuitGuard *self = g_object_new(PF_TYPE_QUIT_GUARD, NULL);
    self->application = application;
    g_signal_connect_object(application, "window-removed",
                            G_CALLBACK(on_application_window_removed), self, G_CONNECT_SWAPPED);
    return self;
}

static void
close_dialog(PfQuitGuard *self)
{
    if (self->dialog != NULL)
        gtk_widget_destroy(g_steal_pointer(&self->dialog));
}

void
pf_quit_guard_begin(PfQuitGuard *self, const char *work)
{
    g_return_if_fail(self->work == NULL);
    self->work = g_strdup(work);
    self->cookie =
        gtk_application_inhibit(self->application,
                                gtk_application_get_active_window(self->application),
                                GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND,
                                work);
}

void
pf_quit_guard_end(PfQuitGuard *self, gboolean is_seen)
{
    gboolean quits = self->wish == WISH_SIGNAL || (self->wish == WISH_PERSON && is_seen);
    g_return_if_fail(self->work != NULL);
    g_clear_pointer(&self->work, g_free);
    if (self->cookie != 0)
        gtk_application_uninhibit(self->application, self->cookie);
    self->cookie = 0;
    self->wish = WISH_NONE;
    self->is_unseen = !is_seen;
    close_dialog(self);
    if (quits)
        g_application_quit(G_APPLICATION(self->application));
    else
        give_way(self);
}

void
pf_quit_guard_give_way(PfQuitGuard *self)
{
    self->gives_way = TRUE;
    give_way(self);
}

static void
on_dialog_response(PfQuitGuard *self, int response)
{
    if (response != GTK_RESPONSE_OK)
        self->wish = WISH_NONE;
    close_dialog(self);
}

static void
show_dialog(PfQuitGuard *self)
{
    GtkWindow *parent = gtk_application_get_active_window(self->application);
    const char *title = _("Pinfold quits when the token is done");
    self->dialog =
        gtk_message_dialog_new(parent, 0, GTK_MESSAGE_INFO, GTK_BUTTONS_NONE, "%s", title);
    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(self->dialog), "%s\n\n%s", self->work,
        _("If Pinfold quit now, the work might be left half done, and nobody could say how much of "
          "it."));
    /* Translators: button: a wish to quit the app is taken back. */
    gtk_dialog_add_button(GTK_DIALOG(self->dialog), _("_Do Not Quit"), GTK_RESPONSE_CANCEL);
    /* Translators: button: the app quits as soon as its work is done. */
    gtk_dialog_add_button(GTK_DIALOG(self->dialog), _("_Quit When Done"), GTK_RESPONSE_OK);
    gtk_dialog_set_default_response(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK);
    gtk_window_set_title(GTK_WINDOW(self->dialog), _("Pinfold"));
    /* Else its accessible name were "Information", as that of every other one. */
    atk_object_set_name(gtk_widget_get_accessible(self->dialog), title);
    gtk_window_set_application(GTK_WINDOW(self->dialog), self->application);
    g_signal_connect_swapped(self->dialog, "response", G_CALLBACK(on_dialog_response), self);
    gtk_window_present(GTK_WINDOW(self->dialog));
}

void
pf_quit_guard_quit(PfQuitGuard *self)
{
    if (self->work == NULL) {
        g_application_quit(G_APPLICATION(self->application));
        return;
    }
    if (self->wish == WISH_NONE)
        self->wish = WISH_PERSON;
    if (self->dialog != NULL)
        gtk_window_present(GTK_WINDOW(self->dialog));
    else
        show_dialog(self);
}

void
pf_quit_guard_quit_by_signal(PfQuitGuard *self)
{
    if (self->work == NULL || self->wish == WISH_SIGNAL)
        g_application_quit(G_APPLICATION(self->application));
    self->wish = WISH_SIGNAL;
}

static void
dispose(GObject *object)
{
    PfQuitGuard *self = PF_QUIT_GUARD(object);
    close_dialog(self);
    g_clear_pointer(&self->work, g_free);
    G_OBJECT_CLASS(pf_quit_guard_parent_class)->dispose(object);
}

static void
pf_quit_guard_class_init(PfQuitGuardClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_quit_guard_init(PfQuitGuard *self)
{
}
