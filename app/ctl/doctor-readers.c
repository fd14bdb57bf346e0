/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The first links of the chain, from what PC/SC says. */
#include "doctor-readers.h"

#include <glib/gi18n.h>

#include "ctl-bus.h"
#include "doctor-polkit.h"
#include "doctor-usb.h"

/* CK_SLOT_INFO has no room for longer names. */
#define SLOT_NAME_SIZE 64u

static const struct {
    const char *service;
    PfDoctorProblem problem;
    const char *text;
} failures[] = {
    {"stale", PF_DOCTOR_PROBLEM_PCSCD_STALE,
     N_("The smart card service (pcscd) has ended and left its socket behind.")},
    {"closed", PF_DOCTOR_PROBLEM_PCSCD_CLOSED,
     N_("The socket of the smart card service (pcscd) is closed to you.")},
    {"refuses", PF_DOCTOR_PROBLEM_PCSCD_REFUSES,
     N_("The smart card service (pcscd) runs, but refuses to serve you.")},
};

/* "" where systemd does not know the unit, or is not there. */
static char *
dup_unit_state(PfDoctor *doctor)
{
    char *state = NULL;
    g_autoptr(GVariant) answer =
        doctor->system_bus != NULL
            ? pf_ctl_bus_call(doctor->system_bus, "org.freedesktop.systemd1",
                              "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                              "GetUnitFileState", g_variant_new("(s)", "pcscd.socket"), "(s)", NULL)
            : NULL;
    if (answer != NULL)
        g_variant_get(answer, "(s)", &state);
    return state != NULL ? state : g_strdup("");
}

static void
explain_absence(PfDoctor *doctor)
{
    g_autofree char *state = dup_unit_state(doctor);
    if (g_str_has_prefix(state, "masked"))
        pf_doctor_report_problem(doctor->report, "pcscd", PF_DOCTOR_PROBLEM_PCSCD_MASKED,
                                 _("The smart card service (pcscd) is forbidden to start "
                                   "(masked)."));
    else if (*state != '\0')
        pf_doctor_report_problem(doctor->report, "pcscd", PF_DOCTOR_PROBLEM_PCSCD_OFF,
                                 _("The smart card service (pcscd) is installed, but does not "
                                   "run."));
    else
        pf_doctor_report_problem(doctor->report, "pcscd", PF_DOCTOR_PROBLEM_PCSCD_ABSENT,
                                 _("The smart card service (pcscd) cannot be reached."));
}

static void
explain_failure(PfDoctor *doctor, const char *service, const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
        if (g_str_equal(failures[i].service, service)) {
            pf_doctor_report_problem(doctor->report, "pcscd", failures[i].problem, "%s",
                                     _(failures[i].text));
            return;
        }
    }
    pf_doctor_report_problem(doctor->report, "pcscd", PF_DOCTOR_PROBLEM_PCSCD_FAILS,
                             /* Translators: %s is a number of PC/SC's. */
                             _("The smart card service (pcscd) does not work (%s)."), code);
}

/* The readers, or NULL where the service does not tell them. */
static JsonArray *
check_service(PfDoctor *doctor)
{
    if (doctor->readers == NULL) {
        if (g_error_matches(doctor->readers_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
            pf_doctor_report_problem(doctor->report, "pcscd", PF_DOCTOR_PROBLEM_PCSCD_HANGS,
                                     _("The smart card service (pcscd) does not answer."));
        else
            pf_doctor_report_problem(doctor->report, "helper", PF_DOCTOR_PROBLEM_HELPER_FAILS,
                                     _("The token helper failed: %s"),
                                     doctor->readers_error->message);
        return NULL;
    }
    JsonObject *object = json_node_get_object(doctor->readers);
    const char *service = json_object_get_string_member(object, "service");
    if (g_str_equal(service, "answers")) {
        pf_doctor_report_ok(doctor->report, "pcscd", _("The smart card service (pcscd) answers."));
        return json_object_get_array_member(object, "readers");
    }
    if (g_str_equal(service, "absent"))
        explain_absence(doctor);
    else
        explain_failure(doctor, service, json_object_get_string_member(object, "code"));
    return NULL;
}

/* NAME as a slot has it: cut, perhaps within a character, and without blanks at its end. */
static char *
dup_slot_name(const char *name)
{
    g_autofree char *cut = g_strndup(name, SLOT_NAME_SIZE);
    return g_utf8_make_valid(g_strchomp(cut), -1);
}

typedef struct {
    const char *slot_name; /* NULL: any */
    gboolean is_found;
} Search;

static void
match_token(PfDoctor *doctor, JsonObject *module, JsonObject *slot, JsonObject *token,
            gpointer user_data)
{
    Search *search = user_data;
    const char *slot_name = json_object_get_string_member(slot, "description");
    if (search->slot_name == NULL || g_str_equal(slot_name, search->slot_name))
        search->is_found = TRUE;
}

static gboolean
has_token_in(PfDoctor *doctor, const char *reader)
{
    g_autofree char *slot_name = reader != NULL ? dup_slot_name(reader) : NULL;
    Search search = {.slot_name = slot_name};
    pf_doctor_foreach_token(doctor, match_token, &search);
    return search.is_found;
}

static void
check_reader(PfDoctor *doctor, JsonObject *reader, const char *name)
{
    g_autofree char *id = g_strdup_printf("reader:%s", name);
    if (json_object_get_boolean_member(reader, "mute"))
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_CARD_MUTE,
                                 /* Translators: %s is the name of a card reader. */
                                 _("Reader “%s”: the card does not answer."), name);
    else if (json_object_get_boolean_member(reader, "exclusive"))
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_READER_TAKEN,
                                 /* Translators: %s is the name of a card reader. */
                                 _("Reader “%s”: another program has the card for itself."), name);
    else if (json_object_get_boolean_member(reader, "present"))
        /* Translators: %s is the name of a card reader. */
        pf_doctor_report_ok(doctor->report, id, _("Reader “%s”: a card is inserted."), name);
    else
        pf_doctor_report_ok(doctor->report, id, _("Reader “%s”: empty."), name);
}

/* A card that no module knows: the commonest reason why a card "does not work". */
static void
check_card(PfDoctor *doctor, JsonObject *reader, const char *name)
{
    if (doctor->modules == NULL || !json_object_get_boolean_member(reader, "present") ||
        json_object_get_boolean_member(reader, "mute") ||
        json_object_get_boolean_member(reader, "exclusive") ||
        has_token_in(doctor, json_object_get_string_member(reader, "name")))
        return;
    g_autofree char *id = g_strdup_printf("card:%s", name);
    pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_CARD_UNKNOWN,
                             _("The card in reader “%s” is known to none of the PKCS#11 modules."),
                             name);
}

static void
check_count(PfDoctor *doctor, guint count, gboolean has_card)
{
    if (count == 0 && pf_doctor_usb_has_reader())
        pf_doctor_report_problem(doctor->report, "readers", PF_DOCTOR_PROBLEM_READER_NO_DRIVER,
                                 _("A card reader is connected, but the smart card service has no "
                                   "driver for it."));
    else if (count == 0)
        pf_doctor_report_problem(doctor->report, "readers", PF_DOCTOR_PROBLEM_READER_NONE,
                                 _("No card reader is connected."));
    else if (!has_card && !has_token_in(doctor, NULL))
        pf_doctor_report_problem(doctor->report, "cards", PF_DOCTOR_PROBLEM_CARD_NONE,
                                 _("There is no card in any reader, and no other token."));
}

void
pf_doctor_readers_check(PfDoctor *doctor)
{
    gboolean has_card = FALSE;
    JsonArray *readers = check_service(doctor);
    pf_doctor_polkit_check(doctor);
    for (guint i = 0; readers != NULL && i < json_array_get_length(readers); i++) {
        JsonObject *reader = json_array_get_object_element(readers, i);
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        const char *name =
            doctor->is_anonymous ? number : json_object_get_string_member(reader, "name");
        check_reader(doctor, reader, name);
        check_card(doctor, reader, name);
        has_card = has_card || json_object_get_boolean_member(reader, "present");
    }
    if (readers != NULL)
        check_count(doctor, json_array_get_length(readers), has_card);
}
