/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDurationCombo: one row for each length. */
#include "duration-combo.h"

#include <glib/gi18n.h>

struct _PfDurationCombo {
    GtkComboBoxText parent_instance;
    GArray *choices; /* of guint, ascending: one a row */
};

G_DEFINE_FINAL_TYPE(PfDurationCombo, pf_duration_combo, GTK_TYPE_COMBO_BOX_TEXT)

enum { PROP_SECONDS = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

static const guint usual[] = {0,        60,       5 * 60,   15 * 60,   30 * 60,  3600,
                              2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600, 24 * 3600};

char *
pf_duration_combo_dup_words(guint seconds)
{
    if (seconds == 0)
        return g_strdup(C_("length of time", "Never"));
    if (seconds % 86400 == 0)
        return g_strdup_printf(ngettext("%u day", "%u days", seconds / 86400), seconds / 86400);
    if (seconds % 3600 == 0)
        return g_strdup_printf(ngettext("%u hour", "%u hours", seconds / 3600), seconds / 3600);
    if (seconds % 60 == 0)
        return g_strdup_printf(ngettext("%u minute", "%u minutes", seconds / 60), seconds / 60);
    return g_strdup_printf(ngettext("%u second", "%u seconds", seconds), seconds);
}

/* The row of SECONDS, which is made where there is none. */
static guint
find_row(PfDurationCombo *self, guint seconds)
{
    guint i = 0;
    while (i < self->choices->len && g_array_index(self->choices, guint, i) < seconds)
        i++;
    if (i == self->choices->len || g_array_index(self->choices, guint, i) != seconds) {
        g_autofree char *words = pf_duration_combo_dup_words(seconds);
        g_array_insert_val(self->choices, i, seconds);
        gtk_combo_box_text_insert_text(GTK_COMBO_BOX_TEXT(self), (int)i, words);
    }
    return i;
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    PfDurationCombo *self = PF_DURATION_COMBO(object);
    int row = gtk_combo_box_get_active(GTK_COMBO_BOX(self));
    g_value_set_uint(value, row >= 0 ? g_array_index(self->choices, guint, row) : 0);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    PfDurationCombo *self = PF_DURATION_COMBO(object);
    guint row = find_row(self, g_value_get_uint(value));
    gtk_combo_box_set_active(GTK_COMBO_BOX(self), (int)row);
}

static void
changed(GtkComboBox *combo)
{
    g_object_notify_by_pspec(G_OBJECT(combo), properties[PROP_SECONDS]);
}

static void
finalize(GObject *object)
{
    g_array_unref(PF_DURATION_COMBO(object)->choices);
    G_OBJECT_CLASS(pf_duration_combo_parent_class)->finalize(object);
}

static void
pf_duration_combo_class_init(PfDurationComboClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->get_property = get_property;
    object_class->set_property = set_property;
    object_class->finalize = finalize;
    GTK_COMBO_BOX_CLASS(klass)->changed = changed;
    properties[PROP_SECONDS] =
        g_param_spec_uint("seconds", NULL, NULL, 0, G_MAXUINT, 0,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    g_object_class_install_properties(object_class, N_PROPS, properties);
}

static void
pf_duration_combo_init(PfDurationCombo *self)
{
    self->choices = g_array_new(FALSE, FALSE, sizeof(guint));
    for (gsize i = 0; i < G_N_ELEMENTS(usual); i++)
        find_row(self, usual[i]);
}
