/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateItem: names as gcr reads them, dates and uses as OpenSSL does. */
#include "certificate-item.h"

#include <gcr/gcr-base.h>
#include <glib/gi18n.h>

#include "plain-text.h"

#define DAY_S  ((gint64)24 * 60 * 60)
#define SOON_S (30 * DAY_S)

struct _PfCertificateItem {
    GObject parent_instance;
    char *uri;
    char *label;
    GBytes *der;
    char *subject;
    char *issuer;
    gboolean is_self_signed;
    gboolean has_detail;
    PfCertificateFacts facts;
};

G_DEFINE_FINAL_TYPE(PfCertificateItem, pf_certificate_item, G_TYPE_OBJECT)

/* Takes TEXT. */
static char *
take_plain(char *text)
{
    g_autofree char *owned = text;
    return owned != NULL ? pf_plain_text_dup(owned) : NULL;
}

static void
read_names(PfCertificateItem *self)
{
    gsize size;
    const guchar *data = g_bytes_get_data(self->der, &size);
    g_autoptr(GcrCertificate) certificate = gcr_simple_certificate_new(data, size);
    gsize serial_size;
    g_autofree guchar *serial = gcr_certificate_get_serial_number(certificate, &serial_size);
    if (serial == NULL)
        return; /* each has one: gcr does not understand this one */
    self->has_detail = TRUE;
    self->subject = take_plain(gcr_certificate_get_subject_name(certificate));
    self->issuer = take_plain(gcr_certificate_get_issuer_name(certificate));
    self->is_self_signed = gcr_certificate_is_issuer(certificate, certificate);
}

PfCertificateItem *
pf_certificate_item_new(const char *uri, const char *label, GBytes *der)
{
    PfCertificateItem *self = g_object_new(PF_TYPE_CERTIFICATE_ITEM, NULL);
    self->uri = g_strdup(uri);
    self->label = label != NULL ? pf_plain_text_dup(label) : NULL;
    self->der = g_bytes_ref(der);
    /* gcr is asked only about what OpenSSL could read: it warns of anything else. */
    pf_certificate_facts_read(&self->facts, der);
    if (self->facts.is_readable)
        read_names(self);
    return self;
}

const char *
pf_certificate_item_get_uri(PfCertificateItem *self)
{
    return self->uri;
}

GBytes *
pf_certificate_item_get_der(PfCertificateItem *self)
{
    return self->der;
}

gboolean
pf_certificate_item_has_detail(PfCertificateItem *self)
{
    return self->has_detail;
}

gboolean
pf_certificate_item_is_of_holder(PfCertificateItem *self)
{
    return self->facts.is_readable && !self->facts.is_authority;
}

PfCertificateUse
pf_certificate_item_get_uses(PfCertificateItem *self)
{
    return self->facts.uses;
}

const char *
pf_certificate_item_get_subject(PfCertificateItem *self)
{
    return self->subject;
}

PfCertificateValidity
pf_certificate_item_get_validity(PfCertificateItem *self, gint64 now)
{
    if (!self->facts.is_readable)
        return PF_CERTIFICATE_UNREADABLE;
    if (now > self->facts.not_after)
        return PF_CERTIFICATE_EXPIRED;
    if (now < self->facts.not_before)
        return PF_CERTIFICATE_NOT_YET;
    return self->facts.not_after - now <= SOON_S ? PF_CERTIFICATE_SOON : PF_CERTIFICATE_VALID;
}

const char *
pf_certificate_item_get_validity_icon(PfCertificateItem *self, gint64 now)
{
    switch (pf_certificate_item_get_validity(self, now)) {
    case PF_CERTIFICATE_VALID:
        return NULL;
    case PF_CERTIFICATE_SOON:
    case PF_CERTIFICATE_NOT_YET:
        return "dialog-warning-symbolic";
    case PF_CERTIFICATE_EXPIRED:
    case PF_CERTIFICATE_UNREADABLE:
        return "dialog-error-symbolic";
    }
    g_return_val_if_reached(NULL);
}

char *
pf_certificate_item_dup_title(PfCertificateItem *self)
{
    if (self->subject != NULL)
        return g_strdup(self->subject);
    return g_strdup(self->label != NULL ? self->label : _("Unnamed certificate"));
}

char *
pf_certificate_item_dup_issuer(PfCertificateItem *self)
{
    if (!self->facts.is_readable)
        return NULL;
    if (self->is_self_signed)
        /* Translators: of a certificate that nobody else vouches for. */
        return g_strdup(_("Issued by itself"));
    if (self->issuer == NULL)
        return NULL;
    /* Translators: %s is the name of who issued a certificate. */
    return g_strdup_printf(_("Issued by %s"), self->issuer);
}

static char *
dup_date(gint64 when)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_local(when);
    g_autofree char *text = date != NULL ? g_date_time_format(date, "%x") : NULL;
    /* Translators: stands where a date would be that no calendar has. */
    return text != NULL ? g_steal_pointer(&text) : g_strdup(_("a date out of range"));
}

/* Midnights between both, in the person's time zone. */
static guint
count_days(gint64 from, gint64 to)
{
    g_autoptr(GDateTime) first = g_date_time_new_from_unix_local(from);
    g_autoptr(GDateTime) last = g_date_time_new_from_unix_local(to);
    GDate a;
    GDate b;
    g_date_set_dmy(&a, (GDateDay)g_date_time_get_day_of_month(first),
                   (GDateMonth)g_date_time_get_month(first),
                   (GDateYear)g_date_time_get_year(first));
    g_date_set_dmy(&b, (GDateDay)g_date_time_get_day_of_month(last),
                   (GDateMonth)g_date_time_get_month(last), (GDateYear)g_date_time_get_year(last));
    return (guint)g_date_days_between(&a, &b);
}

static char *
dup_soon(gint64 now, gint64 end)
{
    guint days = count_days(now, end);
    if (days == 0)
        /* Translators: of a certificate. */
        return g_strdup(_("Expires today"));
    /* Translators: of a certificate; the number is less than 31. */
    return g_strdup_printf(ngettext("Expires in %u day", "Expires in %u days", days), days);
}

char *
pf_certificate_item_dup_validity(PfCertificateItem *self, gint64 now)
{
    g_autofree char *start = dup_date(self->facts.not_before);
    g_autofree char *end = dup_date(self->facts.not_after);
    switch (pf_certificate_item_get_validity(self, now)) {
    case PF_CERTIFICATE_UNREADABLE:
        return g_strdup(_("It cannot be read"));
    case PF_CERTIFICATE_NOT_YET:
        /* Translators: of a certificate; %s is a date to come. */
        return g_strdup_printf(_("Not valid before %s"), start);
    case PF_CERTIFICATE_EXPIRED:
        /* Translators: of a certificate; %s is a date. */
        return g_strdup_printf(_("Expired on %s"), end);
    case PF_CERTIFICATE_SOON:
        return dup_soon(now, self->facts.not_after);
    case PF_CERTIFICATE_VALID:
        break;
    }
    /* Translators: of a certificate; %s is a date. */
    return g_strdup_printf(_("Valid until %s"), end);
}

char *
pf_certificate_item_dup_uses(PfCertificateItem *self)
{
    static const struct {
        PfCertificateUse use;
        const char *word;
    } table[] = {
        /* Translators: this and the next are what a certificate is for: “For signing, encryption”.
         */
        {PF_CERTIFICATE_USE_SIGN, N_("signing")},
        {PF_CERTIFICATE_USE_ENCRYPT, N_("encryption")},
        {PF_CERTIFICATE_USE_AUTHENTICATE, N_("authentication")},
        {PF_CERTIFICATE_USE_ISSUE, N_("issuing certificates")},
        {PF_CERTIFICATE_USE_ANY, N_("any purpose")},
    };
    g_autoptr(GString) words = g_string_new(NULL);
    if (!self->facts.is_readable)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if ((self->facts.uses & table[i].use) != 0)
            g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", _(table[i].word));
    }
    /* Translators: what a certificate is for; %s is one of “signing”, “encryption”,
     * “authentication”, or several of these with commas. */
    return words->len > 0 ? g_strdup_printf(_("For %s"), words->str)
                          : g_strdup(_("For other purposes"));
}

char *
pf_certificate_item_dup_detail(PfCertificateItem *self)
{
    g_autofree char *uses = pf_certificate_item_dup_uses(self);
    if (uses == NULL || self->label == NULL || g_strcmp0(self->label, self->subject) == 0)
        return g_steal_pointer(&uses);
    /* Translators: what a certificate is for, then the token’s name for it. */
    return g_strdup_printf(_("%s · %s"), uses, self->label);
}

static void
finalize(GObject *object)
{
    PfCertificateItem *self = PF_CERTIFICATE_ITEM(object);
    g_free(self->uri);
    g_free(self->label);
    g_bytes_unref(self->der);
    g_free(self->subject);
    g_free(self->issuer);
    G_OBJECT_CLASS(pf_certificate_item_parent_class)->finalize(object);
}

static void
pf_certificate_item_class_init(PfCertificateItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_certificate_item_init(PfCertificateItem *self)
{
}
