/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctorRedaction: a list of words, the longest first. */
#include "doctor-redaction.h"

#include <stdlib.h>
#include <string.h>

/* A shorter word would stand in many others. */
#define SHORTEST 3u
/* With a reader's name behind it: what the agent says of cards that could not be reset. */
#define RESET "reset:"

typedef struct {
    GRegex *pattern;
    const char *replacement;
    gsize len;
} Word;

struct PfDoctorRedaction {
    GPtrArray *words; /* of Word */
};

static void
word_free(gpointer data)
{
    Word *word = data;
    g_regex_unref(word->pattern);
    g_free(word);
}

/* Where TEXT begins or ends with a letter or digit, no other may stand beside it: “root” is not in
 * “rooted”. */
static void
add_word(PfDoctorRedaction *redaction, const char *text, const char *replacement)
{
    if (text == NULL || strlen(text) < SHORTEST || !g_utf8_validate(text, -1, NULL))
        return;
    gsize len = strlen(text);
    g_autofree char *escaped = g_regex_escape_string(text, -1);
    g_autofree char *pattern =
        g_strconcat(g_ascii_isalnum(text[0]) ? "(?<![A-Za-z0-9])" : "", escaped,
                    g_ascii_isalnum(text[len - 1]) ? "(?![A-Za-z0-9])" : "", NULL);
    GRegex *regex = g_regex_new(pattern, 0, 0, NULL);
    if (regex == NULL)
        return;
    Word *word = g_new(Word, 1);
    *word = (Word){regex, replacement, len};
    g_ptr_array_add(redaction->words, word);
}

static gint
compare_words(gconstpointer a, gconstpointer b)
{
    const Word *first = *(Word *const *)a;
    const Word *second = *(Word *const *)b;
    return first->len == second->len ? 0 : first->len < second->len ? 1 : -1;
}

/* By both of its names: where there are links on the way, the files in it are told by the other. */
static void
add_folder(PfDoctorRedaction *redaction, const char *path, const char *replacement)
{
    char *real = realpath(path, NULL);
    add_word(redaction, path, replacement);
    add_word(redaction, real, replacement);
    free(real);
}

static void
add_person(PfDoctorRedaction *redaction)
{
    const char *home = g_get_home_dir();
    const char *user = g_get_user_name();
    if (!g_str_equal(home, "/"))
        add_folder(redaction, home, "~");
    add_folder(redaction, g_get_user_runtime_dir(), "$XDG_RUNTIME_DIR");
    add_word(redaction, g_get_host_name(), "HOST");
    /* In many texts, and on each machine the same. */
    if (g_str_equal(user, "root"))
        return;
    add_word(redaction, user, "USER");
    add_word(redaction, g_get_real_name(), "NAME");
}

static void
add_member(PfDoctorRedaction *redaction, JsonObject *object, const char *member,
           const char *replacement)
{
    add_word(redaction, json_object_get_string_member_with_default(object, member, NULL),
             replacement);
}

static void
add_token(PfDoctor *doctor, JsonObject *module, JsonObject *slot, JsonObject *token,
          gpointer user_data)
{
    add_member(user_data, slot, "description", "READER");
    add_member(user_data, token, "uri", "TOKEN");
    add_member(user_data, token, "label", "TOKEN");
    add_member(user_data, token, "serial", "SERIAL");
}

/* The agent remembers readers that are gone. */
static void
add_unplugged(PfDoctorRedaction *redaction, JsonArray *findings)
{
    for (guint i = 0; i < json_array_get_length(findings); i++) {
        const char *id =
            json_object_get_string_member(json_array_get_object_element(findings, i), "id");
        if (g_str_has_prefix(id, RESET))
            add_word(redaction, id + strlen(RESET), "READER");
    }
}

PfDoctorRedaction *
pf_doctor_redaction_new(PfDoctor *doctor)
{
    PfDoctorRedaction *redaction = g_new(PfDoctorRedaction, 1);
    redaction->words = g_ptr_array_new_with_free_func(word_free);
    add_person(redaction);
    pf_doctor_foreach_token(doctor, add_token, redaction);
    JsonArray *readers =
        doctor->readers != NULL
            ? json_object_get_array_member(json_node_get_object(doctor->readers), "readers")
            : NULL;
    for (guint i = 0; readers != NULL && i < json_array_get_length(readers); i++)
        add_member(redaction, json_array_get_object_element(readers, i), "name", "READER");
    add_unplugged(redaction, pf_doctor_report_get_findings(doctor->report));
    g_ptr_array_sort(redaction->words, compare_words);
    return redaction;
}

static char *
redact(const PfDoctorRedaction *redaction, const char *text)
{
    char *redacted = g_strdup(text);
    for (guint i = 0; i < redaction->words->len; i++) {
        const Word *word = redaction->words->pdata[i];
        g_autofree char *before = redacted;
        redacted =
            g_regex_replace_literal(word->pattern, before, -1, 0, word->replacement, 0, NULL);
        if (redacted == NULL)
            redacted = g_strdup("?");
    }
    return redacted;
}

static void
apply_to_object(const PfDoctorRedaction *redaction, JsonObject *object)
{
    g_autoptr(GList) members = json_object_get_members(object);
    for (GList *l = members; l != NULL; l = l->next) {
        /* Names of ours, whatever a token is called. */
        if (g_str_equal(l->data, "verdict") || g_str_equal(l->data, "problem"))
            continue;
        JsonNode *node = json_object_get_member(object, l->data);
        if (JSON_NODE_HOLDS_ARRAY(node)) {
            pf_doctor_redaction_apply(redaction, json_node_get_array(node));
        } else if (JSON_NODE_HOLDS_OBJECT(node)) {
            apply_to_object(redaction, json_node_get_object(node));
        } else if (json_node_get_value_type(node) == G_TYPE_STRING) {
            g_autofree char *redacted = redact(redaction, json_node_get_string(node));
            json_node_set_string(node, redacted);
        }
    }
}

void
pf_doctor_redaction_apply(const PfDoctorRedaction *redaction, JsonArray *array)
{
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        if (JSON_NODE_HOLDS_OBJECT(node))
            apply_to_object(redaction, json_node_get_object(node));
    }
}

void
pf_doctor_redaction_free(PfDoctorRedaction *redaction)
{
    if (redaction == NULL)
        return;
    g_ptr_array_unref(redaction->words);
    g_free(redaction);
}
