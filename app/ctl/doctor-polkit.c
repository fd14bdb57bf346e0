/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Both of pcscd's actions; nobody is asked for a password by this. */
#include "doctor-polkit.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "ctl-bus.h"

#define NAME      "org.freedesktop.PolicyKit1"
#define PATH      "/org/freedesktop/PolicyKit1/Authority"
#define INTERFACE "org.freedesktop.PolicyKit1.Authority"

static const char *const actions[] = {"org.debian.pcsc-lite.access_pcsc",
                                      "org.debian.pcsc-lite.access_card"};

typedef enum { ALLOWED, DENIED, NOT_ASKED, UNKNOWN } Answer;

static GVariant *
describe_self(void)
{
    GVariantBuilder details;
    g_variant_builder_init(&details, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&details, "{sv}", "pid", g_variant_new_uint32((guint32)getpid()));
    /* 0: polkit looks it up. */
    g_variant_builder_add(&details, "{sv}", "start-time", g_variant_new_uint64(0));
    return g_variant_new("(sa{sv})", "unix-process", &details);
}

static Answer
ask(GDBusConnection *bus, const char *action)
{
    gboolean is_authorized = FALSE;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        pf_ctl_bus_call(bus, NAME, PATH, INTERFACE, "CheckAuthorization",
                        g_variant_new("(@(sa{sv})sa{ss}us)", describe_self(), action, NULL, 0u, ""),
                        "((bba{ss}))", &error);
    if (answer == NULL) {
        g_autofree char *remote = g_dbus_error_get_remote_error(error);
        /* It knows no such action: this pcscd was built without polkit. */
        return g_strcmp0(remote, "org.freedesktop.PolicyKit1.Error.Failed") == 0 ? NOT_ASKED
                                                                                 : UNKNOWN;
    }
    g_variant_get(answer, "((bba{ss}))", &is_authorized, NULL, NULL);
    return is_authorized ? ALLOWED : DENIED;
}

void
pf_doctor_polkit_check(PfDoctor *doctor)
{
    Answer answer = UNKNOWN;
    gsize i = 0;
    if (doctor->system_bus == NULL)
        return;
    do {
        answer = ask(doctor->system_bus, actions[i]);
    } while (answer == ALLOWED && ++i < G_N_ELEMENTS(actions));
    switch (answer) {
    case ALLOWED:
        pf_doctor_report_ok(doctor->report, "polkit", _("polkit lets you use cards."));
        break;
    case NOT_ASKED:
        pf_doctor_report_ok(doctor->report, "polkit",
                            _("The smart card service does not ask polkit who may use cards."));
        break;
    case DENIED:
        pf_doctor_report_problem(doctor->report, "polkit", PF_DOCTOR_PROBLEM_POLKIT_DENIES,
                                 /* Translators: %s is the name of an action of polkit's. */
                                 _("polkit does not let you use cards (%s)."), actions[i]);
        break;
    case UNKNOWN:
        break;
    }
}
