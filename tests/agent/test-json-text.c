/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what is taken for the JSON of the helper: objects, and none that would exhaust the stack.
 */
#include "json-text.h"

static JsonNode *
parse(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return pf_json_text_parse(bytes);
}

/* OPEN so many times, with START before it. */
static JsonNode *
parse_nested(const char *start, const char *open, guint count)
{
    g_autoptr(GString) text = g_string_new(start);
    for (guint i = 0; i < count; i++)
        g_string_append(text, open);
    return parse(text->str);
}

static void
test_object(void)
{
    g_autoptr(JsonNode) node =
        parse("{\"a\": [1, -2.5e3, true, null, {\"b\": []}], \"c\": \"[[{{ \\\" [ \\\\\"}\n");
    g_assert_nonnull(node);
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(node), "c"), ==,
                    "[[{{ \" [ \\");
}

static void
test_no_object(void)
{
    static const char *const texts[] = {"",  " \n\t",       "[]",       "1", "\"a\"",
                                        "{", "{} /* \" */", "{'a': 1}", "\\"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_null(parse(texts[i]));
}

static void
test_escapes(void)
{
    static const char *const bad[] = {
        "{\"a\": \"\\udRRR\"}", "{\"a\": \"\\ud800\"}", "{\"a\": \"\\udc00\\ud800\"}",
        "{\"a\": \"\\u12",      "{\"a\": \"\\250\"}",   "{\"a\": \"\\x\"}",
        "{\"a\": \"\\"};
    g_autoptr(JsonNode) node = parse("{\"a\": \"\\\\udRRR \\u00e9 \\u007f\"}");
    g_assert_nonnull(node);
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(node), "a"), ==,
                    "\\udRRR \303\251 \177");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_null(parse(bad[i]));
}

static void
test_nested(void)
{
    g_assert_null(parse_nested("{\"modules\":", "[", 200000));
    g_assert_null(parse_nested("", "{\"a\":", 200000));
    g_assert_null(parse_nested("/* \" */", "[", 200000));
    g_assert_null(parse_nested("\"\\\\\"", "[", 200000));
}

/* Closing brackets in strings do not lessen the depth. */
static void
test_hidden_depth(void)
{
    g_assert_null(parse_nested("", "{\"]}]}\":", 200000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-text/object", test_object);
    g_test_add_func("/json-text/no-object", test_no_object);
    g_test_add_func("/json-text/escapes", test_escapes);
    g_test_add_func("/json-text/nested", test_nested);
    g_test_add_func("/json-text/hidden-depth", test_hidden_depth);
    return g_test_run();
}
