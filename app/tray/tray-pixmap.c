/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Draws an icon of the theme into IconPixmap's format. */
#include "tray-pixmap.h"

/* Panels are 16 to 32 px high; twice that on dense screens. */
static const int sizes[] = {16, 22, 32, 48, 64};

gboolean
pf_tray_pixmap_is_themed(const char *icon_name)
{
    g_autoptr(GtkIconInfo) info =
        gtk_icon_theme_lookup_icon(gtk_icon_theme_get_default(), icon_name, 22, 0);
    const char *path = info != NULL ? gtk_icon_info_get_filename(info) : NULL;
    /* Those that the executable carries have a resource's path. */
    return path != NULL && !g_str_has_prefix(path, "/org/pinfold/");
}

static void
append_pixels(GVariantBuilder *builder, GdkPixbuf *pixbuf)
{
    int width = gdk_pixbuf_get_width(pixbuf);
    int height = gdk_pixbuf_get_height(pixbuf);
    int stride = gdk_pixbuf_get_rowstride(pixbuf);
    const guint8 *pixels = gdk_pixbuf_read_pixels(pixbuf);
    gsize size = (gsize)width * (gsize)height * 4;
    guint8 *argb = g_malloc(size);
    guint8 *out = argb;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const guint8 *rgba = pixels + (gsize)y * (gsize)stride + (gsize)x * 4;
            *out++ = rgba[3];
            *out++ = rgba[0];
            *out++ = rgba[1];
            *out++ = rgba[2];
        }
    }
    GVariant *bytes =
        g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, argb, size, TRUE, g_free, argb);
    g_variant_builder_add(builder, "(ii@ay)", width, height, bytes);
}

GVariant *
pf_tray_pixmap_new(const char *icon_name)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(iiay)"));
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GdkPixbuf) pixbuf =
            gtk_icon_theme_load_icon(gtk_icon_theme_get_default(), icon_name, sizes[i],
                                     GTK_ICON_LOOKUP_FORCE_SIZE, &error);
        if (pixbuf == NULL)
            g_warning("Icon %s: %s", icon_name, error->message);
        else if (gdk_pixbuf_get_has_alpha(pixbuf) && gdk_pixbuf_get_n_channels(pixbuf) == 4)
            append_pixels(&builder, pixbuf);
    }
    return g_variant_builder_end(&builder);
}
