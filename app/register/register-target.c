/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterTarget: what was found out about a place. */
#include "register-target.h"

PfRegisterTarget *
pf_register_target_new(const char *label, const char *path)
{
    PfRegisterTarget *target = g_new0(PfRegisterTarget, 1);
    target->label = g_strdup(label);
    target->path = g_strdup(path);
    target->doubles = pf_register_entry_list_new();
    return target;
}

void
pf_register_target_free(gpointer target)
{
    PfRegisterTarget *self = target;
    g_free(self->label);
    g_free(self->path);
    g_free(self->lock_path);
    g_free(self->fallback_path);
    g_free(self->hindrance);
    g_ptr_array_unref(self->doubles);
    g_free(self);
}

PfRegisterSight *
pf_register_target_sight_new(void)
{
    PfRegisterSight *sight = g_new0(PfRegisterSight, 1);
    sight->targets = g_ptr_array_new_with_free_func(pf_register_target_free);
    sight->notes = g_ptr_array_new_with_free_func(g_free);
    sight->hints = g_ptr_array_new_with_free_func(g_free);
    return sight;
}

void
pf_register_target_sight_free(PfRegisterSight *sight)
{
    g_ptr_array_unref(sight->targets);
    g_ptr_array_unref(sight->notes);
    g_ptr_array_unref(sight->hints);
    g_free(sight);
}
