/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A GTK module for tests: looks at the windows of the program that loads it, and presses keys.
 *
 * Load it by GTK_MODULES=/path/of/it. It answers on the session bus, by the program's own
 * connection. What the environment says at the start:
 *     PF_PROBE_DIRECTION=rtl   the windows are turned around, as Arabic does
 *     PF_PROBE_TEXT_SCALE=1.5  text is larger, as the desktop's setting makes it
 *     PF_PROBE_LANGUAGE=xx     the language, instead of LANGUAGE
 *     PF_PROBE_LOCALES=PATH    the folder with Pinfold's translations into it */
#include <libintl.h>

#include <gdk/gdkx.h>
#include <gmodule.h>

#include "layout-check.h"

#define DPI 96

static const char interface_xml[] =
    "<node><interface name='org.pinfold.test.Probe'>"
    /* The report of layout-check.h, with or without a check. */
    "<method name='Look'><arg type='b' direction='in'/><arg type='s' direction='out'/></method>"
    /* Presses a key, such as Tab or <Shift>Tab, in the active window; what has the focus then. */
    "<method name='Press'><arg type='s' direction='in'/><arg type='t' direction='out'/></method>"
    /* Presses a key again and again, until the focus comes to where it was, or stays, or so often;
     * what had it after each. */
    "<method name='Walk'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='at' direction='out'/></method>"
    /* In the window of that title, to what has that role and a name like the pattern: click,
     * select, focus, or type with the text; was there such a thing? */
    "<method name='Act'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='b' direction='out'/></method>"
    /* Gives the keyboard to the window of that title. */
    "<method name='Present'><arg type='s' direction='in'/></method>"
    /* For what reads the program's environment later; an empty value takes it away. */
    "<method name='Setenv'><arg type='s' direction='in'/><arg type='s' direction='in'/></method>"
    "</interface></node>";

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

static void
send_key(GtkWindow *window, GdkEventType type, guint keyval, GdkModifierType state)
{
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(window));
    g_autofree GdkKeymapKey *keys = NULL;
    int count = 0;
    GdkEvent *event = gdk_event_new(type);
    event->key.window = g_object_ref(gtk_widget_get_window(GTK_WIDGET(window)));
    event->key.time = gtk_get_current_event_time();
    event->key.keyval = keyval;
    event->key.state = state;
    if (gdk_keymap_get_entries_for_keyval(gdk_keymap_get_for_display(display), keyval, &keys,
                                          &count) &&
        count > 0)
        event->key.hardware_keycode = (guint16)keys[0].keycode;
    gdk_event_set_device(event, gdk_seat_get_keyboard(gdk_display_get_default_seat(display)));
    gtk_main_do_event(event);
    gdk_event_free(event);
}

/* As the X server's, but for the way through it: GTK does at once what comes of it. */
static guint64
press(const char *key)
{
    GtkWindow *window = pf_layout_check_get_active();
    guint keyval = 0;
    GdkModifierType state = 0;
    gtk_accelerator_parse(key, &keyval, &state);
    if (keyval == 0)
        g_error("What key is %s?", key);
    if (window == NULL)
        return 0;
    send_key(window, GDK_KEY_PRESS, keyval, state);
    window = pf_layout_check_get_active();
    if (window != NULL)
        send_key(window, GDK_KEY_RELEASE, keyval, state);
    return pf_layout_check_get_focus();
}

static GVariant *
walk(const char *key, guint max)
{
    GVariantBuilder path;
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    guint64 before = pf_layout_check_get_focus();
    g_variant_builder_init(&path, G_VARIANT_TYPE("at"));
    for (guint i = 0; i < max; i++) {
        guint64 focus = press(key);
        g_variant_builder_add(&path, "t", focus);
        if (focus == before || !g_hash_table_add(known, (gpointer)(gsize)focus))
            break;
        before = focus;
    }
    return g_variant_new("(at)", &path);
}

static GtkWindow *
find_window(const char *title)
{
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *item = windows; item != NULL; item = item->next) {
        if (gtk_widget_get_mapped(item->data) &&
            g_strcmp0(pf_layout_check_get_title(item->data), title) == 0)
            return item->data;
    }
    return NULL;
}

/* The caller owns it; NULL: there is none. */
static AtkObject *
find_object(AtkObject *object, const char *role, const char *pattern)
{
    g_autoptr(AtkStateSet) states = atk_object_ref_state_set(object);
    const char *name = atk_object_get_name(object);
    AtkObject *found = NULL;
    if (!atk_state_set_contains_state(states, ATK_STATE_SHOWING))
        return NULL;
    if (g_pattern_match_simple(pattern, name != NULL ? name : "") &&
        g_str_equal(atk_role_get_name(atk_object_get_role(object)), role))
        return g_object_ref(object);
    for (int i = 0; found == NULL && i < atk_object_get_n_accessible_children(object); i++) {
        g_autoptr(AtkObject) child = atk_object_ref_accessible_child(object, i);
        found = find_object(child, role, pattern);
    }
    return found;
}

/* As assistive technology does it. */
static gboolean
act(const char *title, const char *role, const char *pattern, const char *verb, const char *text)
{
    GtkWindow *window = find_window(title);
    if (window == NULL)
        return FALSE;
    g_autoptr(AtkObject) object =
        find_object(gtk_widget_get_accessible(GTK_WIDGET(window)), role, pattern);
    if (object == NULL)
        return FALSE;
    if (g_str_equal(verb, "click"))
        return atk_action_do_action(ATK_ACTION(object), 0);
    if (g_str_equal(verb, "select"))
        return atk_selection_add_selection(ATK_SELECTION(atk_object_get_parent(object)),
                                           atk_object_get_index_in_parent(object));
    if (g_str_equal(verb, "type"))
        atk_editable_text_set_text_contents(ATK_EDITABLE_TEXT(object), text);
    return atk_component_grab_focus(ATK_COMPONENT(object));
}

/* The window manager lets only the person's own doing bring a window to the front. */
static void
present(const char *title)
{
    GtkWindow *window = find_window(title);
    if (window != NULL)
        gtk_window_present_with_time(window, gdk_x11_get_server_time(
                                                 gtk_widget_get_window(GTK_WIDGET(window))));
}

static void
set_variable(const char *name, const char *value)
{
    if (*value != '\0')
        g_setenv(name, value, TRUE);
    else
        g_unsetenv(name);
}

static void
on_method_call(GDBusConnection *connection, const char *sender, const char *path,
               const char *interface, const char *method, GVariant *arguments,
               GDBusMethodInvocation *invocation, gpointer user_data)
{
    g_autofree char *text = NULL;
    const char *words[5];
    GVariant *answer = NULL;
    gboolean is_check = FALSE;
    guint max = 0;
    if (g_str_equal(method, "Look")) {
        g_variant_get(arguments, "(b)", &is_check);
        text = pf_layout_check_dup_report(is_check);
        answer = g_variant_new("(s)", text);
    } else if (g_str_equal(method, "Press")) {
        g_variant_get(arguments, "(&s)", &words[0]);
        answer = g_variant_new("(t)", press(words[0]));
    } else if (g_str_equal(method, "Walk")) {
        g_variant_get(arguments, "(&su)", &words[0], &max);
        answer = walk(words[0], max);
    } else if (g_str_equal(method, "Act")) {
        g_variant_get(arguments, "(&s&s&s&s&s)", &words[0], &words[1], &words[2], &words[3],
                      &words[4]);
        answer = g_variant_new("(b)", act(words[0], words[1], words[2], words[3], words[4]));
    } else if (g_str_equal(method, "Present")) {
        g_variant_get(arguments, "(&s)", &words[0]);
        present(words[0]);
    } else {
        g_variant_get(arguments, "(&s&s)", &words[0], &words[1]);
        set_variable(words[0], words[1]);
    }
    g_dbus_method_invocation_return_value(invocation, answer);
}

static void
serve(void)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method_call};
    GDBusConnection *connection = g_application_get_dbus_connection(g_application_get_default());
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(interface_xml, &error);
    if (node == NULL ||
        g_dbus_connection_register_object(connection, "/org/pinfold/test/Probe",
                                          node->interfaces[0], &vtable, NULL, NULL, &error) == 0)
        g_error("%s", error->message);
}

/* After GTK has set the direction of its own language. */
static gboolean
on_started(gpointer user_data)
{
    const char *scale = g_getenv("PF_PROBE_TEXT_SCALE");
    if (g_strcmp0(g_getenv("PF_PROBE_DIRECTION"), "rtl") == 0)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    if (scale != NULL)
        g_object_set(gtk_settings_get_default(), "gtk-xft-dpi",
                     (int)(g_ascii_strtod(scale, NULL) * DPI * PANGO_SCALE), NULL);
    return G_SOURCE_REMOVE;
}

void
gtk_module_init(int *argc, char ***argv)
{
    const char *language = g_getenv("PF_PROBE_LANGUAGE");
    if (language != NULL) {
        g_setenv("LANGUAGE", language, TRUE);
        bindtextdomain("pinfold", g_getenv("PF_PROBE_LOCALES"));
    }
    serve();
    g_idle_add_full(G_PRIORITY_HIGH, on_started, NULL, NULL);
}
