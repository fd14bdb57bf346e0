/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Layout check: one walk over the widgets that show. */
#include "layout-check.h"

/* Themes let what is in a title bar stick out of it by that much, where nothing is drawn. */
#define THEME 1

typedef struct {
    GString *lines;
    GtkWidget *window;
    GHashTable *access_keys; /* scope and keyval to the first label that has them */
    guint seen;
    gboolean is_check; /* else it only tells what there is */
} Walk;

static const char *
get_text(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget))
        return gtk_label_get_text(GTK_LABEL(widget));
    if (GTK_IS_BUTTON(widget) && gtk_button_get_label(GTK_BUTTON(widget)) != NULL)
        return gtk_button_get_label(GTK_BUTTON(widget));
    return gtk_buildable_get_name(GTK_BUILDABLE(widget));
}

static const char *
get_title(GtkWidget *window)
{
    const char *title = pf_layout_check_get_title(GTK_WINDOW(window));
    return title != NULL ? title : "(no title)";
}

static void report(Walk *walk, GtkWidget *widget, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
report(Walk *walk, GtkWidget *widget, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *fault = g_strdup_vprintf(format, args);
    va_end(args);
    const char *text = get_text(widget);
    g_autofree char *line =
        g_strdup_printf("%s: %s '%s': %s", get_title(walk->window), G_OBJECT_TYPE_NAME(widget),
                        text != NULL ? text : "", fault);
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

/* Rows of one list may have the same keys, which go round them. */
static gboolean
are_alike(GtkWidget *label, GtkWidget *other)
{
    GtkWidget *list = gtk_widget_get_ancestor(label, GTK_TYPE_LIST_BOX);
    return list != NULL && list == gtk_widget_get_ancestor(other, GTK_TYPE_LIST_BOX) &&
           g_str_equal(gtk_label_get_text(GTK_LABEL(label)), gtk_label_get_text(GTK_LABEL(other)));
}

/* A menu has its keys for itself. */
static void
check_access_key(Walk *walk, GtkWidget *label)
{
    guint key = gtk_label_get_mnemonic_keyval(GTK_LABEL(label));
    if (key == GDK_KEY_VoidSymbol)
        return;
    GtkWidget *scope = gtk_widget_get_ancestor(label, GTK_TYPE_POPOVER);
    g_autofree char *use =
        g_strdup_printf("%p %u", (void *)(scope != NULL ? scope : walk->window), key);
    GtkWidget *other = g_hash_table_lookup(walk->access_keys, use);
    if (other == NULL)
        g_hash_table_insert(walk->access_keys, g_steal_pointer(&use), label);
    else if (!are_alike(label, other))
        report(walk, label, "has the access key %s of '%s'", gdk_keyval_name(key),
               gtk_label_get_text(GTK_LABEL(other)));
}

/* A title is shortened by whoever draws it, and is not the only place that says it. */
static gboolean
is_title(GtkWidget *label)
{
    return gtk_style_context_has_class(gtk_widget_get_style_context(label), "title");
}

/* Text that ends in dots has to be readable somewhere else. */
static void
check_label(Walk *walk, GtkLabel *label, const GtkAllocation *place)
{
    PangoLayout *layout = gtk_label_get_layout(label);
    int width = 0;
    int height = 0;
    pango_layout_get_pixel_size(layout, &width, &height);
    if (pango_layout_is_ellipsized(layout) && !gtk_widget_get_has_tooltip(GTK_WIDGET(label)) &&
        !is_title(GTK_WIDGET(label)))
        report(walk, GTK_WIDGET(label), "is shortened");
    if (width > place->width || height > place->height)
        report(walk, GTK_WIDGET(label), "has text of %dx%d in %dx%d", width, height, place->width,
               place->height);
    check_access_key(walk, GTK_WIDGET(label));
    g_autofree char *text = g_strdup(gtk_label_get_text(label));
    g_string_append_printf(walk->lines, "label\t%s\n", g_strdelimit(text, "\n\t", ' '));
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

static const char *
get_role(GtkWidget *widget)
{
    return atk_role_get_name(atk_object_get_role(gtk_widget_get_accessible(widget)));
}

/* Radio buttons that look like other buttons are walked by Tab like them. */
static gconstpointer
get_group(GtkWidget *widget)
{
    if (GTK_IS_LIST_BOX_ROW(widget))
        return gtk_widget_get_ancestor(widget, GTK_TYPE_LIST_BOX);
    if (GTK_IS_RADIO_BUTTON(widget) && gtk_toggle_button_get_mode(GTK_TOGGLE_BUTTON(widget)))
        return gtk_radio_button_get_group(GTK_RADIO_BUTTON(widget));
    return NULL;
}

static char *
dup_name(GtkWidget *widget)
{
    const char *name = atk_object_get_name(gtk_widget_get_accessible(widget));
    if (name == NULL || *name == '\0')
        name = get_text(widget);
    return g_strdelimit(g_strdup(name != NULL ? name : ""), "\n\t", ' ');
}

/* A scrolled window takes the focus only where nothing in it can. */
static void
report_control(Walk *walk, GtkWidget *widget)
{
    if (!gtk_widget_get_can_focus(widget) || !gtk_widget_is_sensitive(widget) ||
        GTK_IS_WINDOW(widget) || GTK_IS_SCROLLED_WINDOW(widget) || GTK_IS_POPOVER(widget))
        return;
    g_autofree char *name = dup_name(widget);
    g_string_append_printf(walk->lines,
                           "control\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%s\t%s\n",
                           (guint64)(gsize)widget, (guint64)(gsize)get_group(widget),
                           get_role(widget), name);
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
    if (walk->is_check) {
        check_size(walk, widget, &place);
        check_place(walk, widget, &place);
    }
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

/* The name of what it is labelled by counts, as for screen readers. */
static const char *
get_accessible_name(AtkObject *object)
{
    g_autoptr(AtkRelationSet) relations = atk_object_ref_relation_set(object);
    AtkRelation *relation =
        atk_relation_set_get_relation_by_type(relations, ATK_RELATION_LABELLED_BY);
    const char *name = atk_object_get_name(object);
    if ((name != NULL && *name != '\0') || relation == NULL)
        return name;
    GPtrArray *targets = atk_relation_get_target(relation);
    return targets->len > 0 ? atk_object_get_name(targets->pdata[0]) : NULL;
}

/* What is told of it by AT-SPI. The cells of a table are too many. */
static void
report_object(Walk *walk, AtkObject *object)
{
    g_autoptr(AtkStateSet) states = atk_object_ref_state_set(object);
    AtkRole role = atk_object_get_role(object);
    if (!atk_state_set_contains_state(states, ATK_STATE_SHOWING))
        return;
    const char *text = get_accessible_name(object);
    g_autofree char *name = g_strdelimit(g_strdup(text != NULL ? text : ""), "\n\t", ' ');
    g_string_append_printf(walk->lines, "object\t%d\t%s\t%s\n",
                           atk_state_set_contains_state(states, ATK_STATE_FOCUSABLE),
                           atk_role_get_name(role), name);
    gboolean is_walked = role != ATK_ROLE_TABLE && role != ATK_ROLE_TREE_TABLE;
    for (int i = 0; is_walked && i < atk_object_get_n_accessible_children(object); i++) {
        g_autoptr(AtkObject) child = atk_object_ref_accessible_child(object, i);
        report_object(walk, child);
    }
}

static void
join_place(GtkWidget *widget, gpointer user_data)
{
    GdkRectangle *joined = user_data;
    GtkAllocation place;
    gtk_widget_get_allocation(widget, &place);
    if (gtk_widget_get_mapped(widget) && !GTK_IS_POPOVER(widget))
        gdk_rectangle_union(joined, &place, joined);
}

/* What is drawn of it: with its title bar, whoever draws that, and without its shadow. */
static void
measure_window(GtkWidget *window, GdkRectangle *ret_size)
{
    if (gtk_window_get_titlebar(GTK_WINDOW(window)) == NULL) {
        gdk_window_get_frame_extents(gtk_widget_get_window(window), ret_size);
        return;
    }
    *ret_size = (GdkRectangle){0};
    GtkWidget *child = gtk_bin_get_child(GTK_BIN(window));
    if (child != NULL)
        gtk_widget_get_allocation(child, ret_size);
    gtk_container_forall(GTK_CONTAINER(window), join_place, ret_size);
}

static void
check_window(Walk *walk)
{
    GdkDisplay *display = gtk_widget_get_display(walk->window);
    GdkWindow *surface = gtk_widget_get_window(walk->window);
    GdkRectangle screen;
    GdkRectangle size;
    gdk_monitor_get_geometry(gdk_display_get_monitor_at_window(display, surface), &screen);
    measure_window(walk->window, &size);
    if (size.width > screen.width || size.height > screen.height)
        report(walk, walk->window, "%dx%d on a screen of %dx%d", size.width, size.height,
               screen.width, screen.height);
}

static void
report_active(Walk *walk)
{
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(walk->window));
    GtkWidget *pressed = gtk_window_get_default_widget(GTK_WINDOW(walk->window));
    if (focus != NULL)
        g_string_append_printf(walk->lines, "focus\t%" G_GUINT64_FORMAT "\n",
                               (guint64)(gsize)focus);
    if (pressed != NULL) {
        g_autofree char *name = dup_name(pressed);
        g_string_append_printf(walk->lines, "default\t%s\n", name);
    }
}

char *
pf_layout_check_dup_report(gboolean is_check)
{
    Walk walk = {.lines = g_string_new(NULL), .is_check = is_check};
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *item = windows; item != NULL; item = item->next) {
        walk.window = item->data;
        if (!gtk_widget_get_mapped(walk.window))
            continue;
        gboolean is_active = gtk_window_is_active(GTK_WINDOW(walk.window));
        walk.access_keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        if (gtk_window_get_window_type(GTK_WINDOW(walk.window)) == GTK_WINDOW_TOPLEVEL)
            g_string_append_printf(walk.lines, "window\t%d\t%s\n", is_active,
                                   get_title(walk.window));
        check_window(&walk);
        look_at(walk.window, &walk);
        g_hash_table_unref(walk.access_keys);
        if (is_active)
            report_active(&walk);
        if (is_active && is_check)
            report_object(&walk, gtk_widget_get_accessible(walk.window));
    }
    g_string_append_printf(walk.lines, "seen\t%u\n", walk.seen);
    return g_string_free(walk.lines, FALSE);
}

const char *
pf_layout_check_get_title(GtkWindow *window)
{
    return atk_object_get_name(gtk_widget_get_accessible(GTK_WIDGET(window)));
}

GtkWindow *
pf_layout_check_get_active(void)
{
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *item = windows; item != NULL; item = item->next) {
        if (gtk_window_is_active(item->data))
            return item->data;
    }
    return NULL;
}

guint64
pf_layout_check_get_focus(void)
{
    GtkWindow *window = pf_layout_check_get_active();
    return window != NULL ? (guint64)(gsize)gtk_window_get_focus(window) : 0;
}
