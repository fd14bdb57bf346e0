/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfProgramItem: looked up once, when it is made. */
#include "program-item.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>

#include "plain-text.h"

struct _PfProgramItem {
    GObject parent_instance;
    char *program;
    char *place; /* the same as plain text; NULL: there is none */
    char *title;
    GIcon *icon;
};

G_DEFINE_FINAL_TYPE(PfProgramItem, pf_program_item, G_TYPE_OBJECT)

/* INFO may be NULL. */
static PfProgramItem *
new_item(const char *program, const char *name, GAppInfo *info)
{
    PfProgramItem *self = g_object_new(PF_TYPE_PROGRAM_ITEM, NULL);
    GIcon *icon = info != NULL ? g_app_info_get_icon(info) : NULL;
    self->program = g_strdup(program);
    self->place = pf_plain_text_dup(program);
    self->title = pf_plain_text_dup(name);
    if (self->title == NULL)
        self->title = g_strdup(self->place != NULL ? self->place : _("Unknown program"));
    self->icon = icon != NULL ? g_object_ref(icon) : g_themed_icon_new("application-x-executable");
    return self;
}

PfProgramItem *
pf_program_item_new(const char *program, const char *name)
{
    g_autoptr(GDesktopAppInfo) info = NULL;
    g_autofree char *file = g_path_get_basename(program);
    if (g_str_has_suffix(program, ".desktop"))
        info = g_desktop_app_info_new(program);
    if (info != NULL)
        return new_item(program, g_app_info_get_display_name(G_APP_INFO(info)), G_APP_INFO(info));
    return new_item(program, name != NULL ? name : file, NULL);
}

PfProgramItem *
pf_program_item_new_installed(GAppInfo *info)
{
    return new_item(g_app_info_get_id(info), g_app_info_get_display_name(info), info);
}

const char *
pf_program_item_get_program(PfProgramItem *self)
{
    return self->program;
}

const char *
pf_program_item_get_place(PfProgramItem *self)
{
    return self->place;
}

const char *
pf_program_item_get_title(PfProgramItem *self)
{
    return self->title;
}

GIcon *
pf_program_item_get_icon(PfProgramItem *self)
{
    return self->icon;
}

gboolean
pf_program_item_matches(PfProgramItem *self, const char *text)
{
    return g_str_match_string(text, self->title, TRUE) ||
           g_str_match_string(text, self->program, TRUE);
}

int
pf_program_item_compare(PfProgramItem *a, PfProgramItem *b)
{
    return g_utf8_collate(a->title, b->title);
}

static void
finalize(GObject *object)
{
    PfProgramItem *self = PF_PROGRAM_ITEM(object);
    g_free(self->program);
    g_free(self->place);
    g_free(self->title);
    g_object_unref(self->icon);
    G_OBJECT_CLASS(pf_program_item_parent_class)->finalize(object);
}

static void
pf_program_item_class_init(PfProgramItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_program_item_init(PfProgramItem *self)
{
}
