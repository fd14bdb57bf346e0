/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStoredPinItem: an entry of ListStoredPins, immutable. */
#include "stored-pin-item.h"

#include <glib/gi18n.h>

#include "plain-text.h"
#include "time-text.h"
#include "token-names.h"

struct _PfStoredPinItem {
    GObject parent_instance;
    GVariant *entry;
};

G_DEFINE_FINAL_TYPE(PfStoredPinItem, pf_stored_pin_item, G_TYPE_OBJECT)

PfStoredPinItem *
pf_stored_pin_item_new(GVariant *entry)
{
    if (!g_variant_lookup(entry, "token-uri", "&s", NULL))
        return NULL;
    PfStoredPinItem *self = g_object_new(PF_TYPE_STORED_PIN_ITEM, NULL);
    self->entry = g_variant_ref(entry);
    return self;
}

gboolean
pf_stored_pin_item_is_equal(gconstpointer a, gconstpointer b)
{
    const PfStoredPinItem *self = a;
    const PfStoredPinItem *other = b;
    return g_variant_equal(self->entry, other->entry);
}

const char *
pf_stored_pin_item_get_token_uri(PfStoredPinItem *self)
{
    const char *uri = NULL;
    g_variant_lookup(self->entry, "token-uri", "&s", &uri);
    return uri;
}

char *
pf_stored_pin_item_dup_title(PfStoredPinItem *self)
{
    const char *label = NULL;
    g_variant_lookup(self->entry, "label", "&s", &label);
    char *title = pf_token_names_dup(pf_stored_pin_item_get_token_uri(self));
    if (title == NULL && label != NULL)
        title = pf_plain_text_dup(label);
    return title != NULL ? title : g_strdup(_("unnamed token"));
}

char *
pf_stored_pin_item_dup_detail(PfStoredPinItem *self)
{
    gint64 since = 0;
    if (!g_variant_lookup(self->entry, "since", "x", &since) || since <= 0)
        return NULL;
    g_autofree char *time = pf_time_text_dup(since);
    /* Translators: %s is a time of day, or date and time. */
    return g_strdup_printf(_("Since %s"), time);
}

static void
finalize(GObject *object)
{
    g_variant_unref(PF_STORED_PIN_ITEM(object)->entry);
    G_OBJECT_CLASS(pf_stored_pin_item_parent_class)->finalize(object);
}

static void
pf_stored_pin_item_class_init(PfStoredPinItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_stored_pin_item_init(PfStoredPinItem *self)
{
}
