/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tray state: from the model to an icon and words. */
#include "tray-state.h"

#include <glib/gi18n.h>

#include "agent-absence.h"
#include "offer-item.h"
#include "plain-text.h"
#include "time-text.h"

/* Tooltips do not scroll. */
#define LINES_MAX      8u
#define LINE_CHARS_MAX 90

static gboolean
is_agent_away(PfAgentModel *model)
{
    PfAgentState state = pf_agent_model_get_state(model);
    return state == PF_AGENT_STATE_LOST || state == PF_AGENT_STATE_FOREIGN;
}

/* The first token whose PIN is about to be blocked, or is; the caller's, or NULL. */
static PfTokenItem *
find_troubled(PfAgentModel *model)
{
    GListModel *tokens = pf_agent_model_get_tokens(model);
    for (guint i = 0; i < g_list_model_get_n_items(tokens); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(tokens, i);
        if (pf_token_item_get_tries(token) != PF_TOKEN_TRIES_ENOUGH)
            return g_steal_pointer(&token);
    }
    return NULL;
}

PfTrayState
pf_tray_state_find(PfAgentModel *model, GListModel *offers)
{
    if (is_agent_away(model))
        return PF_TRAY_STATE_OFF;
    g_autoptr(PfTokenItem) troubled = find_troubled(model);
    if (troubled != NULL || g_list_model_get_n_items(offers) > 0)
        return PF_TRAY_STATE_ATTENTION;
    if (pf_agent_model_count_pins(model) > 0)
        return PF_TRAY_STATE_CACHED;
    if (pf_agent_model_count_tokens(model) > 0)
        return PF_TRAY_STATE_TOKEN;
    return g_list_model_get_n_items(pf_agent_model_get_tokens(model)) > 0 ? PF_TRAY_STATE_NO_TOKEN
                                                                          : PF_TRAY_STATE_NO_READER;
}

const char *
pf_tray_state_get_icon_name(PfTrayState state)
{
    static const char *const names[] = {
        [PF_TRAY_STATE_OFF] = "org.pinfold.Pinfold-off",
        [PF_TRAY_STATE_NO_READER] = "org.pinfold.Pinfold-no-reader",
        [PF_TRAY_STATE_NO_TOKEN] = "org.pinfold.Pinfold-no-token",
        [PF_TRAY_STATE_TOKEN] = "org.pinfold.Pinfold-token",
        [PF_TRAY_STATE_CACHED] = "org.pinfold.Pinfold-cached",
        [PF_TRAY_STATE_ATTENTION] = "org.pinfold.Pinfold-attention",
    };
    return names[state];
}

gboolean
pf_tray_state_wants_person(PfTrayState state)
{
    return state == PF_TRAY_STATE_OFF || state == PF_TRAY_STATE_ATTENTION;
}

static const char *
get_emptiness(PfAgentModel *model)
{
    return g_list_model_get_n_items(pf_agent_model_get_tokens(model)) > 0 ? _("No token")
                                                                          : _("No card reader");
}

char *
pf_tray_state_dup_summary(PfAgentModel *model, GListModel *offers)
{
    const char *absence = pf_agent_absence_get_words(model);
    if (absence != NULL)
        return g_strdup(absence);
    g_autoptr(PfTokenItem) troubled = find_troubled(model);
    if (troubled != NULL)
        return pf_token_item_get_tries(troubled) == PF_TOKEN_TRIES_NONE
                   ? g_strdup(_("A PIN is blocked"))
                   : g_strdup(_("One try is left for a PIN"));
    if (g_list_model_get_n_items(offers) > 0)
        return g_strdup(_("A program could use a login"));
    guint pins = pf_agent_model_count_pins(model);
    if (pins > 0)
        return g_strdup_printf(ngettext("%u PIN cached", "%u PINs cached", pins), pins);
    guint tokens = pf_agent_model_count_tokens(model);
    if (tokens > 0)
        return g_strdup_printf(ngettext("%u token, no PIN cached", "%u tokens, no PIN cached",
                                        tokens),
                               tokens);
    return g_strdup(get_emptiness(model));
}

/* What others wrote, with look-alikes for what makes markup: some hosts show an entity as it
 * stands, and others an empty tooltip for a lone ampersand. */
static char *
dup_harmless(const char *foreign)
{
    static const char *const marks[][2] = {{"<", "‹"}, {">", "›"}, {"&", "+"}};
    g_autofree char *plain = pf_plain_text_dup(foreign);
    g_autoptr(GString) text = g_string_new(plain);
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        g_string_replace(text, marks[i][0], marks[i][1], 0);
    return g_strdup(text->str);
}

/* Takes LINE; one that is too long ends in dots. */
static void
add_line(GPtrArray *lines, char *line)
{
    if (g_utf8_strlen(line, -1) > LINE_CHARS_MAX) {
        g_autofree char *begin = g_utf8_substring(line, 0, LINE_CHARS_MAX);
        g_free(line);
        line = g_strconcat(begin, "…", NULL);
    }
    g_ptr_array_add(lines, line);
}

static void
add_offers(GPtrArray *lines, GListModel *offers)
{
    for (guint i = 0; i < g_list_model_get_n_items(offers); i++) {
        g_autoptr(PfOfferItem) item = g_list_model_get_item(offers, i);
        g_autofree char *offer = pf_pin_request_dup_offer(pf_offer_item_get_request(item));
        add_line(lines, dup_harmless(offer));
    }
}

/* NAME: the token's, harmless. */
static char *
dup_login(PfDomainItem *domain, const char *name)
{
    const char *programs = pf_domain_item_get_programs(domain);
    g_autofree char *title = pf_domain_item_dup_title(domain);
    g_autofree char *who = dup_harmless(title);
    g_autofree char *login = programs != NULL
                                 /* Translators: a token, and the programs that have its PIN. */
                                 ? g_strdup_printf(_("%s: PIN cached for %s"), name, who)
                                 /* Translators: a token, and in words what its PIN is kept for. */
                                 : g_strdup_printf(_("%s: PIN cached · %s"), name, who);
    if (pf_domain_item_get_until(domain) == 0)
        return g_steal_pointer(&login);
    g_autofree char *until = pf_time_text_dup(pf_domain_item_get_until(domain));
    /* Translators: “my card: PIN cached for Firefox”, then a time of day, or date and time. */
    return g_strdup_printf(_("%s, until %s"), login, until);
}

static void
add_token(GPtrArray *lines, PfTokenItem *token)
{
    GListModel *domains = pf_token_item_get_domains(token);
    g_autofree char *title = pf_token_item_dup_title(token);
    g_autofree char *name = dup_harmless(title);
    if (pf_token_item_count_pins(token) == 0 ||
        pf_token_item_get_tries(token) == PF_TOKEN_TRIES_NONE) {
        g_autofree char *state = pf_token_item_dup_state(token);
        /* Translators: the label of a token, then its state: “Card: No PIN cached”. */
        add_line(lines, g_strdup_printf(_("%s: %s"), name, state));
        return;
    }
    if (pf_token_item_get_tries(token) == PF_TOKEN_TRIES_LAST)
        add_line(lines, g_strdup_printf(_("%s: %s"), name, _("Last try")));
    for (guint i = 0; i < g_list_model_get_n_items(domains); i++) {
        g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, i);
        if (pf_domain_item_has_pin(domain))
            add_line(lines, dup_login(domain, name));
    }
}

static void
add_tokens(GPtrArray *lines, PfAgentModel *model)
{
    GListModel *tokens = pf_agent_model_get_tokens(model);
    for (guint i = 0; i < g_list_model_get_n_items(tokens); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(tokens, i);
        if (pf_token_item_get_uri(token) != NULL)
            add_token(lines, token);
    }
    if (pf_agent_model_count_tokens(model) == 0)
        add_line(lines, g_strdup(get_emptiness(model)));
}

static void
cut(GPtrArray *lines)
{
    if (lines->len <= LINES_MAX)
        return;
    guint more = lines->len - LINES_MAX + 1;
    g_ptr_array_set_size(lines, LINES_MAX - 1);
    add_line(lines, g_strdup_printf(ngettext("and %u more", "and %u more", more), more));
}

/* Why there is no PIN any more, and who goes on without it. */
static void
add_past(GPtrArray *lines, PfAgentModel *model)
{
    const char *reason = pf_agent_model_get_last_forgotten(model);
    g_autofree char *still = pf_agent_model_dup_still_open(model);
    if (reason != NULL && pf_agent_model_count_pins(model) == 0)
        /* Translators: %s is a reason, as “screen locked”. */
        add_line(lines, g_strdup_printf(_("PIN forgotten: %s"), reason));
    if (still == NULL)
        return;
    g_autofree char *harmless = dup_harmless(still);
    /* Translators: %s is a program, or several with commas, that is using the token although its
     * PIN is forgotten. */
    add_line(lines, g_strdup_printf(_("Still open in %s"), harmless));
}

char *
pf_tray_state_dup_tool_tip(PfAgentModel *model, GListModel *offers)
{
    const char *absence = pf_agent_absence_get_words(model);
    if (absence != NULL)
        return g_strdup(absence);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    add_offers(lines, offers);
    add_tokens(lines, model);
    cut(lines);
    add_past(lines, model);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}
