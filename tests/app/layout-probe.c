/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A GTK module for tests: says what is cut off in the windows of the program that loads it, and
 * where the keyboard's focus is.
 *
 * Load it by GTK_MODULES=/path/of/it. At SIGUSR1 it looks at each window that shows and writes to
 * the file that PF_LAYOUT_REPORT names, in lines of words with tabs between them:
 *     seen COUNT           of widgets
 *     control ID ROLE NAME what can have the focus in the active window
 *     focus ID             what has it
 *     fault TEXT
 * PF_LAYOUT_DIRECTION=rtl turns the windows around, as Arabic does. */
#include <glib-unix.h>
#include <gmodule.h>
#include <gtk/gtk.h>

/* Themes let what is in a title bar stick out of it by that much, where nothing is drawn. */
#define THEME 1

typedef struct {
    GString *lines;
    GtkWidget *window;
    GHashTable *access_keys; /* keyval to the text of its label */
    guint seen;
} Walk;

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

static const char *
get_text(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget))
        return gtk_label_get_text(GTK_LABEL(widget));
    if (GTK_IS_BUTTON(widget) && gtk_button_get_label(GTK_BUTTON(widget)) != NULL)
        return gtk_button_get_label(GTK_BUTTON(widget));
    return gtk_buildable_get_name(GTK_BUILDABLE(widget));
}

static void report(Walk *walk, GtkWidget *widget, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
report(Walk *walk, GtkWidget *widget, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *fault = g_strdup_vprintf(format, args);
    va_end(args);
    const char *title = gtk_window_get_title(GTK_WINDOW(walk->window));
    const char *text = get_text(widget);
    g_autofree char *line =
        g_strdup_printf("%s: %s '%s': %s", title != NULL ? title : "(no title)",
                        G_OBJECT_TYPE_NAME(widget), text != NULL ? text : "", fault);
    g_strdelimit(line, "\n", ' ');
    g_string_append_printf(walk->lines, "fault\t%s\n", line);
}

/* GTK gives a widget less than it asked for only where its window cannot grow. */
static void
check_size(Walk *walk, GtkWidget *widget, const GtkAllocation *place)
{
    if (GTK_IS_SCROLLABLE(widget))
        return;
    int beside = gtk_widget_get_margin_start(widget) + gtk_widget_get_margin_end(widget);
    int above = gtk_widget_get_margin_top(widget) + gtk_widget_get_margin_bottom(widget);
    int border = GTK_IS_CONTAINER(widget)
                     ? 2 * (int)gtk_container_get_border_width(GTK_CONTAINER(widget))
                     : 0;
    beside += border;
    above += border;
    int width = 0;
    int height = 0;
    gtk_widget_get_preferred_width(widget, &width, NULL);
    if (place->width + beside < width)
        report(walk, widget, "is %d wide and needs %d", place->width + beside, width);
    gtk_widget_get_preferred_height_for_width(widget, place->width + beside, &height, NULL);
    if (place->height + above < height)
        report(walk, widget, "is %d high and needs %d", place->height + above, height);
}

static void
check_place(Walk *walk, GtkWidget *widget, const GtkAllocation *place)
{
    GtkWidget *parent = gtk_widget_get_parent(widget);
    int x = 0;
    int y = 0;
    if (parent == NULL || GTK_IS_SCROLLABLE(parent) ||
        !gtk_widget_translate_coordinates(widget, parent, 0, 0, &x, &y))
        return;
    int width = gtk_widget_get_allocated_width(parent);
    int height = gtk_widget_get_allocated_height(parent);
    if (x < -THEME || y < -THEME || x + place->width > width + THEME ||
        y + place->height > height + THEME)
        report(walk, widget, "%dx%d at %d,%d does not fit into %s of %dx%d", place->width,
               place->height, x, y, G_OBJECT_TYPE_NAME(parent), width, height);
}

static void
check_access_key(Walk *walk, GtkLabel *label)
{
    guint key = gtk_label_get_mnemonic_keyval(label);
    /* What is in a row has the keys of the other rows; Alt and the key go round them. */
    if (key == GDK_KEY_VoidSymbol || !gtk_widget_is_sensitive(GTK_WIDGET(label)) ||
        gtk_widget_get_ancestor(GTK_WIDGET(label), GTK_TYPE_LIST_BOX_ROW) != NULL)
        return;
    const char *other = g_hash_table_lookup(walk->access_keys, GUINT_TO_POINTER(key));
    if (other == NULL)
        g_hash_table_insert(walk->access_keys, GUINT_TO_POINTER(key),
                            g_strdup(gtk_label_get_text(label)));
    else
        report(walk, GTK_WIDGET(label), "has the access key %s of '%s'", gdk_keyval_name(key),
               other);
}

/* Text that ends in dots has to be readable somewhere else. */
static void
check_label(Walk *walk, GtkLabel *label, const GtkAllocation *place)
{
    PangoLayout *layout = gtk_label_get_layout(label);
    g_autofree char *tooltip = gtk_widget_get_tooltip_text(GTK_WIDGET(label));
    int width = 0;
    int height = 0;
    pango_layout_get_pixel_size(layout, &width, &height);
    if (pango_layout_is_ellipsized(layout) && tooltip == NULL)
        report(walk, GTK_WIDGET(label), "is shortened");
    if (width > place->width || height > place->height)
        report(walk, GTK_WIDGET(label), "has text of %dx%d in %dx%d", width, height, place->width,
               place->height);
    check_access_key(walk, label);
}

static void
check_image(Walk *walk, GtkImage *image)
{
    const char *name = NULL;
    if (gtk_image_get_storage_type(image) == GTK_IMAGE_ICON_NAME)
        gtk_image_get_icon_name(image, &name, NULL);
    if (name != NULL && !gtk_icon_theme_has_icon(gtk_icon_theme_get_default(), name))
        report(walk, GTK_WIDGET(image), "there is no icon %s", name);
}

/* Those that look like other buttons are walked by Tab like them. */
static const char *
get_role(GtkWidget *widget)
{
    if (GTK_IS_RADIO_BUTTON(widget) && !gtk_toggle_button_get_mode(GTK_TOGGLE_BUTTON(widget)))
        return "page button";
    return atk_role_get_name(atk_object_get_role(gtk_widget_get_accessible(widget)));
}

/* A scrolled window takes the focus only where nothing in it can. */
static void
report_control(Walk *walk, GtkWidget *widget)
{
    if (!gtk_widget_get_can_focus(widget) || !gtk_widget_is_sensitive(widget) ||
        GTK_IS_WINDOW(widget) || GTK_IS_SCROLLED_WINDOW(widget) || GTK_IS_POPOVER(widget))
        return;
    const char *name = atk_object_get_name(gtk_widget_get_accessible(widget));
    if (name == NULL || *name == '\0')
        name = get_text(widget);
    g_autofree char *line = g_strdup(name != NULL ? name : "");
    g_strdelimit(line, "\n\t", ' ');
    g_string_append_printf(walk->lines, "control\t%p\t%s\t%s\n", (void *)widget, get_role(widget),
                           line);
}

static void
look_at(GtkWidget *widget, gpointer user_data)
{
    Walk *walk = user_data;
    if (!gtk_widget_get_mapped(widget))
        return;
    walk->seen++;
    GtkAllocation place;
    gtk_widget_get_allocation(widget, &place);
    if (gtk_window_is_active(GTK_WINDOW(walk->window)))
        report_control(walk, widget);
    check_size(walk, widget, &place);
    check_place(walk, widget, &place);
    if (GTK_IS_LABEL(widget))
        check_label(walk, GTK_LABEL(widget), &place);
    else if (GTK_IS_IMAGE(widget))
        check_image(walk, GTK_IMAGE(widget));
    else if (GTK_IS_SCROLLBAR(widget) &&
             gtk_orientable_get_orientation(GTK_ORIENTABLE(widget)) == GTK_ORIENTATION_HORIZONTAL)
        report(walk, widget, "has to be scrolled sideways");
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), look_at, walk);
}

static void
check_window(Walk *walk)
{
    GdkDisplay *display = gtk_widget_get_display(walk->window);
    GdkWindow *surface = gtk_widget_get_window(walk->window);
    GdkRectangle screen;
    int width = 0;
    int height = 0;
    gdk_monitor_get_geometry(gdk_display_get_monitor_at_window(display, surface), &screen);
    gtk_window_get_size(GTK_WINDOW(walk->window), &width, &height);
    if (width > screen.width || height > screen.height)
        report(walk, walk->window, "%dx%d on a screen of %dx%d", width, height, screen.width,
               screen.height);
}

static gboolean
on_signal_received(gpointer user_data)
{
    Walk walk = {.lines = g_string_new(NULL)};
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *item = windows; item != NULL; item = item->next) {
        walk.window = item->data;
        if (!gtk_widget_get_mapped(walk.window))
            continue;
        walk.access_keys = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        check_window(&walk);
        look_at(walk.window, &walk);
        g_hash_table_unref(walk.access_keys);
        GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(walk.window));
        if (focus != NULL && gtk_window_is_active(GTK_WINDOW(walk.window)))
            g_string_append_printf(walk.lines, "focus\t%p\n", (void *)focus);
    }
    g_autofree char *text = g_strdup_printf("seen\t%u\n%s", walk.seen, walk.lines->str);
    g_string_free(walk.lines, TRUE);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(g_getenv("PF_LAYOUT_REPORT"), text, -1, &error))
        g_error("%s", error->message);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_started(gpointer user_data)
{
    if (g_strcmp0(g_getenv("PF_LAYOUT_DIRECTION"), "rtl") == 0)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    return G_SOURCE_REMOVE;
}

void
gtk_module_init(int *argc, char ***argv)
{
    g_unix_signal_add(SIGUSR1, on_signal_received, NULL);
    g_idle_add_full(G_PRIORITY_HIGH, on_started, NULL, NULL);
}
