/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The logout test: finds the token, asks for the PIN once, has the helper measure, says it. */
#include "ctl-doctor-logout.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ctl-helper.h"
#include "ctl-json.h"
#include "ctl-pin.h"
#include "ctl-text.h"
#include "pin-page.h"
#include "pin-rules.h"
#include "token-pattern.h"

#define LIST_TIMEOUT_MS 15000u
/* A slow card takes half a second for each of the three logins and the signatures. */
#define TEST_TIMEOUT_MS 60000u

typedef struct {
    const char *path; /* of the backend */
    const char *uri;
    const char *label;
    CK_ULONG min_pin_len;
    CK_ULONG max_pin_len;
} Target;

static const struct {
    const char *member;
    const char *question;
    gboolean hardware_only;
} answers[] = {
    {"hidden_before_login", N_("Private objects are hidden before the login"), FALSE},
    {"hidden_after_logout", N_("Private objects are hidden after the logout"), FALSE},
    {"readable_after_logout", N_("An object found before can be read after the logout"), FALSE},
    {"usable_after_logout", N_("A key found before can be used after the logout"), FALSE},
    {"begun_completes", N_("An operation begun before completes after the logout"), FALSE},
    {"card_verified_after_logout", N_("The card stays unlocked after the logout"), TRUE},
    {"card_verified_after_close", N_("The card stays unlocked after the last session"), TRUE},
    {"card_verified_after_finalize", N_("The card stays unlocked when the program ends"), TRUE},
    {"handles_change", N_("The next login gives objects other handles"), FALSE},
    {"repeated_login_refused", N_("A second login is answered by “already logged in”"), FALSE},
};

static const struct {
    const char *fault;
    const char *text;
} faults[] = {
    {"at-risk", N_("the token shows its last try, a blocked PIN or one that must be changed: "
                   "nothing was sent to it")},
    {"doubled", N_("two tokens have this identity: nothing was sent to them")},
    {"gone", N_("the token is not there any more")},
    {"keypad", N_("the PIN of this token is typed at its reader, which this test cannot do")},
    {"length", N_("the token says that the PIN has a wrong length")},
    {"locked", N_("the token says that its PIN is blocked")},
    {"login-failed", N_("the login failed, but not because of the PIN")},
    {"logout-failed", N_("the logout failed")},
    {"no-pin", N_("the token has no PIN yet")},
    {"not-initialised", N_("the PKCS#11 module does not start")},
    {"not-loaded", N_("the PKCS#11 module cannot be loaded")},
    {"rejected", N_("the token rejected the PIN. It was sent once and is not sent again")},
};

const char *
pf_ctl_doctor_logout_explain(const char *verdict, gboolean is_hardware)
{
    if (g_str_equal(verdict, "ends"))
        return _("Logout really ends access.");
    if (g_str_equal(verdict, "ends-in-program"))
        return _("Logout really ends access in this program. Whether the card itself stays "
                 "unlocked for others is not known.");
    if (g_str_equal(verdict, "readable"))
        return _("Logout ends the use of keys, but private objects found before it can still be "
                 "seen.");
    if (g_str_equal(verdict, "mark"))
        return is_hardware
                   ? _("Logout is only a mark in this program: other programs that have the card "
                       "open can use its keys until it is pulled or reset, or the last of them "
                       "closes it.")
                   : _("Logout is only a mark: a program that found a key before can go on using "
                       "it.");
    if (g_str_equal(verdict, "no-login"))
        return _("This token needs no login, so there is nothing that a logout could end.");
    return _("Not known: the token has no private key to try it with.");
}

static const char *
explain_fault(const char *fault)
{
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (g_str_equal(faults[i].fault, fault))
            return _(faults[i].text);
    }
    return _("the PKCS#11 module failed");
}

/* Adds the tokens of one MODULE that PATTERN means to TARGETS, which borrow from it. */
static void
add_targets(GArray *targets, JsonObject *module, const PfTokenPattern *pattern)
{
    if (!json_object_get_boolean_member(module, "ok"))
        return;
    JsonArray *slots = json_object_get_array_member(module, "slots");
    for (guint i = 0; i < json_array_get_length(slots); i++) {
        JsonObject *slot = json_array_get_object_element(slots, i);
        if (json_object_get_null_member(slot, "token"))
            continue;
        JsonObject *token = json_object_get_object_member(slot, "token");
        Target target = {
            .path = json_object_get_string_member(module, "path"),
            .uri = json_object_get_string_member(token, "uri"),
            .label = json_object_get_string_member(token, "label"),
            .min_pin_len = (CK_ULONG)json_object_get_int_member(token, "min_pin_len"),
            .max_pin_len = (CK_ULONG)json_object_get_int_member(token, "max_pin_len"),
        };
        if (pf_token_pattern_matches(pattern, target.uri))
            g_array_append_val(targets, target);
    }
}

static gboolean
find_target(JsonNode *list, const PfTokenPattern *pattern, Target *ret_target)
{
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(Target));
    JsonArray *modules = json_object_get_array_member(json_node_get_object(list), "modules");
    for (guint i = 0; i < json_array_get_length(modules); i++)
        add_targets(targets, json_array_get_object_element(modules, i), pattern);
    if (targets->len == 1) {
        *ret_target = g_array_index(targets, Target, 0);
        return TRUE;
    }
    pf_ctl_text_print_error(targets->len == 0
                                ? _("no token of the configured PKCS#11 modules has this URI")
                                : _("more than one token has this URI; name just one:"));
    for (guint i = 0; i < targets->len; i++)
        pf_ctl_text_print_error(g_array_index(targets, Target, i).uri);
    return FALSE;
}

/* The PIN ends here: the page is wiped when the helper has ended, however it did. */
static JsonNode *
run_test(const Target *target, const PfSecret *pin, GError **error)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    g_autofree char *self = g_strdup_printf("%d", (int)getpid());
    const char *const args[] = {"logout-test", self, target->path, target->uri, NULL};
    int r = pin != NULL
                ? pf_pin_page_create(&page, pf_secret_get_bytes(pin), pf_secret_get_length(pin))
                : 0;
    if (r < 0) {
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(-r), g_strerror(-r));
        return NULL;
    }
    JsonNode *result = pf_ctl_helper_run(args, page.fd, TEST_TIMEOUT_MS, error);
    pf_pin_page_wipe(&page);
    return result;
}

static const char *
get_fault(JsonNode *result)
{
    JsonObject *object = json_node_get_object(result);
    return json_object_get_boolean_member(object, "ok")
               ? NULL
               : json_object_get_string_member(object, "fault");
}

static PfSecret *
read_pin(const Target *target, int pin_fd, GError **error)
{
    g_autofree char *safe = pf_ctl_text_dup_safe(target->label);
    /* Translators: asks for a PIN; %s is the label of a token. */
    g_autofree char *prompt = g_strdup_printf(_("PIN of “%s”"), safe);
    prctl(PR_SET_DUMPABLE, 0);
    PfSecret *pin = pf_ctl_pin_read(pin_fd, prompt, error);
    if (pin != NULL &&
        pf_pin_rule_check_typed(pf_secret_get_bytes(pin), pf_secret_get_length(pin),
                                target->min_pin_len, target->max_pin_len) != PF_PIN_LENGTH_OK) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("this token's PINs have another length: nothing was sent to it"));
        g_clear_pointer(&pin, pf_secret_free);
    }
    return pin;
}

/* First without a PIN: nobody is asked for one in vain. */
static JsonNode *
measure(const Target *target, int pin_fd, GError **error)
{
    g_autoptr(JsonNode) result = run_test(target, NULL, error);
    if (result == NULL || g_strcmp0(get_fault(result), "no-pin-given") != 0)
        return g_steal_pointer(&result);
    PF_AUTO_SECRET pin = read_pin(target, pin_fd, error);
    return pin != NULL ? run_test(target, pin, error) : NULL;
}

static void
print_text(JsonObject *result)
{
    JsonObject *library = json_object_get_object_member(result, "library");
    gboolean hardware = json_object_get_boolean_member(result, "hardware");
    g_autofree char *name = pf_ctl_text_dup_safe(
        json_object_get_string_member_with_default(library, "description", ""));
    g_autofree char *maker = pf_ctl_text_dup_safe(
        json_object_get_string_member_with_default(library, "manufacturer", ""));
    /* Translators: the name of a PKCS#11 module, its version, its maker. */
    g_print(_("%s, version %s (%s)"), name,
            json_object_get_string_member_with_default(library, "version", "?"), maker);
    g_print("\n\n");
    PfCtlTable *table = pf_ctl_table_new(2);
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (answers[i].hardware_only && !hardware)
            continue;
        const char *answer = _("not known");
        if (!json_object_get_null_member(result, answers[i].member))
            answer = json_object_get_boolean_member(result, answers[i].member) ? _("yes") : _("no");
        pf_ctl_table_add(table, _(answers[i].question), answer);
    }
    pf_ctl_table_print(table, 2);
    g_print("\n%s\n", pf_ctl_doctor_logout_explain(json_object_get_string_member(result, "verdict"),
                                                   hardware));
}

static PfCtlExit
print_result(JsonNode *result, gboolean json)
{
    const char *fault = get_fault(result);
    if (json)
        pf_ctl_json_print(result);
    else if (fault == NULL)
        print_text(json_node_get_object(result));
    if (fault != NULL)
        pf_ctl_text_print_error(explain_fault(fault));
    return fault == NULL ? PF_CTL_OK : PF_CTL_FAILED;
}

PfCtlExit
pf_ctl_doctor_logout_run(const char *token_uri, int pin_fd, gboolean json)
{
    static const char *const list_args[] = {"list", NULL};
    const char *reason = NULL;
    Target target;
    g_autoptr(GError) error = NULL;
    PfTokenPattern *pattern = pf_token_pattern_new(token_uri, &reason);
    if (pattern == NULL) {
        g_autofree char *message = g_strdup_printf(_("the token URI %s"), reason);
        pf_ctl_text_print_error(message);
        return PF_CTL_USAGE;
    }
    g_autoptr(JsonNode) list = pf_ctl_helper_run(list_args, -1, LIST_TIMEOUT_MS, &error);
    gboolean found = list != NULL && find_target(list, pattern, &target);
    pf_token_pattern_free(pattern);
    g_autoptr(JsonNode) result = found ? measure(&target, pin_fd, &error) : NULL;
    if (error != NULL)
        pf_ctl_text_print_error(error->message);
    return result != NULL ? print_result(result, json) : PF_CTL_FAILED;
}
