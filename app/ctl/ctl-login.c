/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* login and logout, as an ordinary client of the module: what they may is what programs may. */
#include "ctl-login.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "app-id.h"
#include "ctl-agent.h"
#include "ctl-module.h"
#include "ctl-pin.h"
#include "ctl-text.h"
#include "pin-rules.h"
#include "token-pattern.h"

typedef struct {
    const char *command;
    char *token_uri;
    char *id_text;
    uint64_t app_id;
    gint pin_fd; /* -1: the dialog asks */
} Options;

static CK_ULONG
get_high(const Options *options)
{
    return (CK_ULONG)(options->app_id >> 32);
}

static CK_ULONG
get_low(const Options *options)
{
    return (CK_ULONG)(options->app_id & 0xffffffff);
}

/* What is wrong with the options, or NULL. A URI is not repeated: it may hold a PIN by mistake. */
static char *
check_options(Options *options, int argc)
{
    const char *reason = NULL;
    if (argc != 1 || options->token_uri == NULL || options->id_text == NULL)
        return g_strdup_printf(_("%s takes --token URI and --app-id H:L"), options->command);
    if (!pf_app_id_parse(options->id_text, &options->app_id))
        return g_strdup(_("an application ID is two decimal numbers with a colon between"));
    if (options->pin_fd < -1)
        return g_strdup(_("--pin-fd takes the number of a descriptor"));
    PfTokenPattern *pattern = pf_token_pattern_new(options->token_uri, &reason);
    if (pattern == NULL)
        return g_strdup_printf(_("the token URI %s"), reason);
    pf_token_pattern_free(pattern);
    return NULL;
}

static gboolean
read_options(Options *options, gboolean has_pin, const char *summary, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"token", 0, 0, G_OPTION_ARG_STRING, &options->token_uri,
         N_("The token, as status names it"), N_("URI")},
        {"app-id", 0, 0, G_OPTION_ARG_STRING, &options->id_text, N_("The application ID"), "H:L"},
        {"pin-fd", 0, has_pin ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &options->pin_fd,
         N_("Read the PIN from this descriptor; nobody is asked"), "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(summary);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options->command = argv[0];
    g_autofree char *problem = g_option_context_parse(context, &argc, &argv, &error)
                                   ? check_options(options, argc)
                                   : g_strdup(error->message);
    if (problem == NULL && !has_pin && options->pin_fd != -1)
        problem = g_strdup(_("logout takes no PIN"));
    if (problem != NULL)
        pf_ctl_text_print_error(problem);
    return problem == NULL;
}

/* Is DOMAIN the login that this process has just made? */
static gboolean
is_own_login(GVariant *domain, const char *token_uri)
{
    gboolean logged_in = FALSE;
    const char *uri = "";
    g_autoptr(GVariant) members =
        g_variant_lookup_value(domain, "members", G_VARIANT_TYPE("aa{sv}"));
    g_variant_lookup(domain, "logged_in", "b", &logged_in);
    g_variant_lookup(domain, "token_uri", "&s", &uri);
    if (!logged_in || !g_str_equal(uri, token_uri) || members == NULL)
        return FALSE;
    for (gsize i = 0; i < g_variant_n_children(members); i++) {
        g_autoptr(GVariant) member = g_variant_get_child_value(members, i);
        guint32 pid = 0;
        if (g_variant_lookup(member, "pid", "u", &pid) && pid == (guint32)getpid())
            return TRUE;
    }
    return FALSE;
}

/* The module's login is good without the agent too, but then it ends with this process. */
static gboolean
check_is_kept(const PfCtlToken *token, GError **error)
{
    g_autoptr(GVariant) status = NULL;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(error);
    if (agent == NULL || !pf_dbus_agent1_call_get_status_sync(agent, &status, NULL, error)) {
        pf_ctl_agent_clean_error(error != NULL ? *error : NULL);
        return FALSE;
    }
    g_autoptr(GVariant) domains =
        g_variant_lookup_value(status, "domains", G_VARIANT_TYPE("aa{sv}"));
    for (gsize i = 0; domains != NULL && i < g_variant_n_children(domains); i++) {
        g_autoptr(GVariant) domain = g_variant_get_child_value(domains, i);
        if (is_own_login(domain, token->uri))
            return TRUE;
    }
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                        _("the token took the PIN, but nothing is cached for it: see the settings "
                          "“cache-mode” and “tokens”"));
    return FALSE;
}

static PfSecret *
read_pin(const Options *options, const CK_TOKEN_INFO *info, GError **error)
{
    PfSecret *pin = pf_ctl_pin_read(options->pin_fd, NULL, error);
    if (pin != NULL &&
        pf_pin_rule_check_typed(pf_secret_get_bytes(pin), pf_secret_get_length(pin),
                                info->ulMinPinLen, info->ulMaxPinLen) != PF_PIN_LENGTH_OK) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("this token's PINs have another length: nothing was sent to it"));
        g_clear_pointer(&pin, pf_secret_free);
    }
    return pin;
}

/* CKR_USER_ALREADY_LOGGED_IN is no failure: then somebody else proved the PIN, and this process has
 * the right to that login. The process stays dumpable meanwhile, or the agent could not see which
 * program it is. */
static gboolean
log_in(PfCtlModule *module, const Options *options, const PfCtlToken *token,
       CK_SESSION_HANDLE session, GError **error)
{
    CK_RV rv;
    if (options->pin_fd >= 0) {
        PF_AUTO_SECRET pin = read_pin(options, &token->info, error);
        if (pin == NULL)
            return FALSE;
        rv = module->p11->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pf_secret_get_bytes(pin),
                                  pf_secret_get_length(pin));
    } else {
        rv = module->p11->C_Login(session, CKU_USER, NULL, 0);
    }
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        return TRUE;
    pf_ctl_module_set_error(error, rv);
    return FALSE;
}

static char *
dup_label(const PfCtlToken *token)
{
    g_autofree char *label = pf_token_pattern_dup_label(token->uri);
    return pf_ctl_text_dup_safe(label);
}

static gboolean
check_token(const Options *options, const PfCtlToken *token, GError **error)
{
    if ((token->info.flags & CKF_LOGIN_REQUIRED) == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("this token needs no login"));
    else if (options->pin_fd < 0 && (token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("there is no dialog to type the PIN into; use --pin-fd"));
    else
        return TRUE;
    return FALSE;
}

/* The ID is opened last, while the session still holds the login: whatever fails before, or kills
 * this process, leaves nothing behind, and the ID needs no closing, by which other programs would
 * lose their sessions. */
static gboolean
log_in_and_keep(PfCtlModule *module, const Options *options, const PfCtlToken *token,
                GError **error)
{
    CK_SESSION_HANDLE session;
    if (!check_token(options, token, error))
        return FALSE;
    module->set_id(get_high(options), get_low(options));
    CK_RV rv = module->p11->C_OpenSession(token->slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
    if (rv != CKR_OK) {
        pf_ctl_module_set_error(error, rv);
        return FALSE;
    }
    if (!log_in(module, options, token, session, error) || !check_is_kept(token, error))
        return FALSE;
    rv = module->open_id(token->slot, get_high(options), get_low(options));
    if (rv != CKR_OK) {
        pf_ctl_module_set_id_error(error, rv);
        return FALSE;
    }
    g_autofree char *label = dup_label(token);
    /* Translators: the label of a token, an application ID such as 7:9. */
    g_print(_("“%s” is logged in for application ID %s until “pinfoldctl logout”.\n"), label,
            options->id_text);
    return TRUE;
}

static gboolean
close_id(PfCtlModule *module, const Options *options, const PfCtlToken *token, GError **error)
{
    CK_RV rv = module->close_id(token->slot, get_high(options), get_low(options));
    if (rv != CKR_OK) {
        pf_ctl_module_set_id_error(error, rv);
        return FALSE;
    }
    g_autofree char *label = dup_label(token);
    /* Translators: the label of a token, an application ID such as 7:9. */
    g_print(_("“%s” is logged out for application ID %s, and its sessions are closed.\n"), label,
            options->id_text);
    return TRUE;
}

/* Runs ACT on the token that the options mean. */
static PfCtlExit
run(const Options *options, gboolean (*act)(PfCtlModule *module, const Options *options,
                                            const PfCtlToken *token, GError **error))
{
    g_autoptr(GError) error = NULL;
    PfCtlModule module;
    PfCtlToken token;
    gboolean done = pf_ctl_module_open(&module, &error);
    if (done) {
        done = pf_ctl_module_find_token(&module, options->token_uri, &token, &error) &&
               act(&module, options, &token, &error);
        pf_ctl_module_close(&module);
    }
    if (!done)
        pf_ctl_text_print_error(error->message);
    return done ? PF_CTL_OK : PF_CTL_FAILED;
}

static void
clear_options(Options *options)
{
    g_free(options->token_uri);
    g_free(options->id_text);
}

PfCtlExit
pf_ctl_login_run(int argc, char **argv)
{
    Options options = {.pin_fd = -1};
    PfCtlExit result = PF_CTL_USAGE;
    if (read_options(&options, TRUE, _("– log in for every program of an application ID"), argc,
                     argv))
        result = run(&options, log_in_and_keep);
    clear_options(&options);
    return result;
}

PfCtlExit
pf_ctl_login_run_logout(int argc, char **argv)
{
    Options options = {.pin_fd = -1};
    PfCtlExit result = PF_CTL_USAGE;
    if (read_options(&options, FALSE, _("– end an application ID's login and its sessions"), argc,
                     argv))
        result = run(&options, close_id);
    clear_options(&options);
    return result;
}
