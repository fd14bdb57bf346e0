/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token advice: the first thing that is missing on the way from the reader to the window. */
#include "token-advice.h"

#include <glib/gi18n.h>

#include "plain-text.h"

/* Before the first look nothing is known of them. */
static gboolean
lacks_modules(PfAgentModel *model)
{
    GVariant *modules = pf_agent_model_get_modules(model);
    return modules != NULL && g_variant_n_children(modules) == 0 &&
           !pf_agent_model_is_reading(model);
}

static const char *
get_service_text(void)
{
    return _("Cards cannot be seen: install pcscd and start it (systemctl enable --now "
             "pcscd.socket). Software tokens work without it.");
}

static const char *
get_module_text(void)
{
    return _("Install OpenSC for smart cards, or SoftHSM for software tokens. Another card’s "
             "PKCS#11 module is added in the settings.");
}

void
pf_token_advice_get(PfAgentModel *model, PfTokenAdvice *ret_advice)
{
    if (lacks_modules(model))
        *ret_advice = (PfTokenAdvice){
            .icon_name = "org.pinfold.Pinfold-attention",
            .title = _("No card driver"),
            .text = get_module_text(),
            .may_look_again = TRUE,
            .may_set_up = TRUE,
        };
    else if (pf_agent_model_is_reading(model))
        *ret_advice = (PfTokenAdvice){
            .icon_name = "org.pinfold.Pinfold-no-token",
            .title = _("Looking for tokens…"),
            .text = "",
            .is_waiting = TRUE,
        };
    else if (!pf_agent_model_has_reader_service(model))
        *ret_advice = (PfTokenAdvice){
            .icon_name = "org.pinfold.Pinfold-attention",
            .title = _("The smart card service is not running"),
            .text = get_service_text(),
            .may_look_again = TRUE,
            .may_create = TRUE,
        };
    else
        *ret_advice = (PfTokenAdvice){
            .icon_name = "org.pinfold.Pinfold-no-token",
            .title = _("No card reader and no token"),
            .text = _("Connect a card reader and insert your card. It appears here by itself."),
            .may_create = TRUE,
        };
}

static void
add_faults(GPtrArray *lines, GVariant *modules)
{
    GVariantIter iter;
    GVariant *module;
    if (modules == NULL)
        return;
    g_variant_iter_init(&iter, modules);
    while (g_variant_iter_loop(&iter, "@a{sv}", &module)) {
        const char *name = "";
        const char *fault = NULL;
        g_variant_lookup(module, "name", "&s", &name);
        if (!g_variant_lookup(module, "fault", "&s", &fault))
            continue;
        g_autofree char *plain_name = pf_plain_text_dup(name);
        g_autofree char *plain_fault = pf_plain_text_dup(fault);
        g_ptr_array_add(lines, g_strdup_printf(
                                   /* Translators: the name of a PKCS#11 module, and what is wrong
                                    * with it. */
                                   _("The driver “%s” does not work: %s"),
                                   plain_name != NULL ? plain_name : "",
                                   plain_fault != NULL ? plain_fault : ""));
    }
}

/* Are there readers, and nothing in any of them, nor a software token? */
static gboolean
is_waiting_for_card(GListModel *tokens)
{
    guint count = g_list_model_get_n_items(tokens);
    for (guint i = 0; i < count; i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(tokens, i);
        if (pf_token_item_get_presence(token) != PF_TOKEN_PRESENCE_NONE)
            return FALSE;
    }
    return count > 0;
}

char *
pf_token_advice_dup_notice(PfAgentModel *model)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    GListModel *tokens = pf_agent_model_get_tokens(model);
    /* Without anything in the list, the page says it. */
    gboolean is_listed = g_list_model_get_n_items(tokens) > 0;
    if (pf_agent_model_get_state(model) != PF_AGENT_STATE_READY)
        return NULL;
    if (is_waiting_for_card(tokens))
        g_ptr_array_add(lines, g_strdup(_("Insert your card. It appears here by itself.")));
    if (is_listed && lacks_modules(model))
        g_ptr_array_add(lines,
                        g_strdup_printf("%s %s", _("There is no card driver."), get_module_text()));
    if (is_listed && !pf_agent_model_has_reader_service(model) && !pf_agent_model_is_reading(model))
        g_ptr_array_add(lines, g_strdup(get_service_text()));
    add_faults(lines, pf_agent_model_get_modules(model));
    if (lines->len == 0)
        return NULL;
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}
