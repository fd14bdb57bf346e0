/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfNotice: the words. Some services take a body for markup, none a title: foreign text is in the
 * title alone, and at its end, where a title that is too long is cut. */
#include "notice.h"

#include <glib/gi18n.h>

static PfNotice *
new_notice(char *id, char *title, char *body, const char *icon_name, GNotificationPriority priority)
{
    PfNotice *notice = g_new0(PfNotice, 1);
    notice->id = id;
    notice->title = title;
    notice->body = body;
    notice->icon_name = icon_name;
    notice->priority = priority;
    notice->action = "app.open";
    /* Translators: button of a notification that opens Pinfold's window. */
    notice->action_label = _("Open");
    return notice;
}

void
pf_notice_free(PfNotice *notice)
{
    g_free(notice->id);
    g_free(notice->title);
    g_free(notice->body);
    g_free(notice->forget_uri);
    g_free(notice);
}

static char *
dup_reader_id(const char *reader)
{
    return g_strconcat("reader-", reader, NULL);
}

static char *
dup_label(const GPtrArray *tokens)
{
    return pf_token_item_dup_title(g_ptr_array_index(tokens, 0));
}

PfNotice *
pf_notice_new_inserted(const char *reader, const GPtrArray *tokens)
{
    g_autofree char *label = dup_label(tokens);
    char *title =
        tokens->len == 1
            /* Translators: title of a notification; %s is the label of a token. */
            ? g_strdup_printf(_("Token inserted: “%s”"), label)
            : g_strdup_printf(ngettext("%u token inserted", "%u tokens inserted", tokens->len),
                              tokens->len);
    return new_notice(dup_reader_id(reader), title, NULL, "org.pinfold.Pinfold-token",
                      G_NOTIFICATION_PRIORITY_LOW);
}

PfNotice *
pf_notice_new_removed(const char *reader, const GPtrArray *tokens, gboolean was_cached)
{
    g_autofree char *label = dup_label(tokens);
    char *title =
        tokens->len == 1
            /* Translators: title of a notification; %s is the label of a token. */
            ? g_strdup_printf(_("Token removed: “%s”"), label)
            : g_strdup_printf(ngettext("%u token removed", "%u tokens removed", tokens->len),
                              tokens->len);
    return new_notice(dup_reader_id(reader), title,
                      was_cached ? g_strdup(_("Its PIN is forgotten.")) : NULL,
                      "org.pinfold.Pinfold-no-token", G_NOTIFICATION_PRIORITY_LOW);
}

char *
pf_notice_dup_tries_id(const char *uri)
{
    return g_strconcat("tries-", uri, NULL);
}

PfNotice *
pf_notice_new_tries(PfTokenItem *token)
{
    PfTokenTries tries = pf_token_item_get_tries(token);
    if (tries == PF_TOKEN_TRIES_ENOUGH)
        return NULL;
    const char *uri = pf_token_item_get_uri(token);
    g_autofree char *label = pf_token_item_dup_title(token);
    gboolean blocked = tries == PF_TOKEN_TRIES_NONE;
    /* Translators: title of a notification; %s is the label of a token. */
    char *title =
        g_strdup_printf(blocked ? _("PIN blocked: “%s”") : _("One try left: “%s”"), label);
    PfNotice *notice =
        new_notice(pf_notice_dup_tries_id(uri), title,
                   g_strdup(blocked ? _("Whoever issued the token can tell how to set a new PIN.")
                                    : _("Another wrong PIN blocks the token’s PIN.")),
                   "org.pinfold.Pinfold-attention", G_NOTIFICATION_PRIORITY_HIGH);
    if (pf_token_item_count_pins(token) > 0)
        notice->forget_uri = g_strdup(uri);
    return notice;
}

PfNotice *
pf_notice_new_forgotten(guint count, const char *label, const char *reason)
{
    char *title =
        count == 1
            /* Translators: title of a notification; %s is the label of a token. */
            ? g_strdup_printf(_("PIN forgotten: “%s”"), label)
            : g_strdup_printf(ngettext("%u PIN forgotten", "%u PINs forgotten", count), count);
    /* Translators: why a PIN was forgotten, as “screen locked”. */
    char *body =
        g_strdup_printf(_("Reason: %s. The next program that needs it asks for it."), reason);
    return new_notice(g_strdup(PF_NOTICE_FORGOTTEN), title, body, "org.pinfold.Pinfold-token",
                      G_NOTIFICATION_PRIORITY_NORMAL);
}

PfNotice *
pf_notice_new_agent(gboolean foreign)
{
    char *title = g_strdup(foreign ? _("Another program answers as Pinfold’s agent")
                                   : _("PIN caching is off: the agent is not running"));
    PfNotice *notice =
        new_notice(g_strdup(PF_NOTICE_AGENT), title,
                   g_strdup(foreign ? NULL
                                    : _("Programs ask for the PIN themselves until it is there.")),
                   "org.pinfold.Pinfold-off", G_NOTIFICATION_PRIORITY_HIGH);
    if (foreign)
        return notice;
    notice->action = "app.start-agent";
    /* Translators: button of a notification that starts the agent. */
    notice->action_label = _("Start");
    return notice;
}

void
pf_notice_send(const PfNotice *notice, GApplication *application)
{
    g_autoptr(GNotification) notification = g_notification_new(notice->title);
    g_autoptr(GIcon) icon = g_themed_icon_new(notice->icon_name);
    if (notice->body != NULL)
        g_notification_set_body(notification, notice->body);
    g_notification_set_icon(notification, icon);
    g_notification_set_priority(notification, notice->priority);
    g_notification_set_default_action(notification, "app.open");
    if (notice->forget_uri != NULL)
        /* Translators: button of a notification: the PIN of its token is forgotten. */
        g_notification_add_button_with_target(notification, _("Forget PIN"), "app.forget", "(ss)",
                                              notice->forget_uri, "");
    g_notification_add_button(notification, notice->action_label, notice->action);
    g_application_send_notification(application, notice->id, notification);
}
