/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfForgettingPage: bindings and nothing else. */
#include "forgetting-page.h"

#include "choice-row.h"
#include "duration-combo.h"
#include "setting-group.h"
#include "setting-row.h"

struct _PfForgettingPage {
    GtkBox parent_instance;
    PfSettingRow *lock_row;
    PfSettingRow *suspend_row;
    PfSettingRow *switch_row;
    PfSettingRow *idle_row;
    PfSettingRow *lifetime_row;
    PfSettingGroup *reset_group;
};

G_DEFINE_FINAL_TYPE(PfForgettingPage, pf_forgetting_page, GTK_TYPE_BOX)

void
pf_forgetting_page_bind(PfForgettingPage *self, PfSettingsView *view)
{
    pf_setting_row_bind(self->lock_row, view, "forget-on-lock", "active");
    pf_setting_row_bind(self->suspend_row, view, "forget-on-suspend", "active");
    pf_setting_row_bind(self->switch_row, view, "forget-on-user-switch", "active");
    pf_setting_row_bind(self->idle_row, view, "idle-timeout", "seconds");
    pf_setting_row_bind(self->lifetime_row, view, "max-lifetime", "seconds");
    pf_setting_group_bind_choice(self->reset_group, view, "reset-card");
}

static void
pf_forgetting_page_class_init(PfForgettingPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    g_type_ensure(PF_TYPE_CHOICE_ROW);
    g_type_ensure(PF_TYPE_DURATION_COMBO);
    g_type_ensure(PF_TYPE_SETTING_GROUP);
    g_type_ensure(PF_TYPE_SETTING_ROW);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/forgetting-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, lock_row);
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, suspend_row);
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, switch_row);
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, idle_row);
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, lifetime_row);
    gtk_widget_class_bind_template_child(widget_class, PfForgettingPage, reset_group);
}

static void
pf_forgetting_page_init(PfForgettingPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
