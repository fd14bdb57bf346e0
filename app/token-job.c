/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenJob: finds the backend, runs the verb, reads the answer. */
#include "token-job.h"

#include <fcntl.h>
#include <unistd.h>

#include "helper-path.h"
#include "helper-run.h"
#include "json-text.h"
#include "pin-page.h"
#include "token-flags.h"
#include "token-note.h"

#define LIST_TIMEOUT_MS 15000u
/* A slow card takes half a second for each of its commands, some vendors' modules 30 s to start. */
#define VERB_TIMEOUT_MS 60000u
#define MAX_BYTES       ((gsize)2 * 1024 * 1024)
/* The agent waits for windows of programs; and has pinfold-tokens look at all tokens, of which one
 * that hangs would keep a person whose work is done. */
#define AGENT_TIMEOUT_MS 5000u

/* A card can take minutes for a long key. */
#define GENERATE_TIMEOUT_MS 600000u

/* Where a verb finds its second secret, a file, and the channel. */
#define SECOND_FD  3
#define FILE_FD    4
#define CHANNEL_FD 5

/* What each verb changes, in a word of Agent1.NoteTokenChange. */
static const struct {
    const char *verb;
    const char *change;
} changes[] = {
    {"change-pin", "pin"}, {"create", "other"}, {"delete", "deleted"}, {"generate", "objects"},
    {"import", "objects"}, {"init-pin", "pin"}, {"unblock", "pin"},
};

typedef struct {
    const char *change;    /* NULL: the verb changes nothing */
    GDBusConnection *held; /* on which the agent was asked to lend no PIN; NULL: it was not */
    gboolean has_begun;
    PfTokenJobResult *result; /* either of these, while the agent is told */
    GError *error;
    char *verb;
    char *module_path; /* NULL until it is known */
    char *token_uri;
    char *arguments[2]; /* NULL: the verb has none */
    PfPinPage proof;
    PfPinPage secret;
    int file_fd;
    PfJobChannel *channel;
    GCancellable *stop; /* NULL: never */
} Run;

static void
run_free(gpointer data)
{
    Run *run = data;
    pf_token_job_result_free(run->result);
    g_clear_error(&run->error);
    g_clear_object(&run->held);
    g_free(run->verb);
    g_free(run->module_path);
    g_free(run->token_uri);
    for (gsize i = 0; i < G_N_ELEMENTS(run->arguments); i++)
        g_free(run->arguments[i]);
    pf_pin_page_wipe(&run->proof);
    pf_pin_page_wipe(&run->secret);
    if (run->file_fd >= 0)
        close(run->file_fd);
    pf_job_channel_free(run->channel);
    g_clear_object(&run->stop);
    g_free(run);
}

static void
complete(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    g_clear_pointer(&run->channel, pf_job_channel_free);
    if (run->error != NULL)
        g_task_return_error(task, g_steal_pointer(&run->error));
    else
        g_task_return_pointer(task, g_steal_pointer(&run->result),
                              (GDestroyNotify)pf_token_job_result_free);
}

static void
on_agent_told(GObject *source, GAsyncResult *async_result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GDBusConnection) bus G_GNUC_UNUSED = pf_token_note_call_finish(async_result, NULL);
    complete(task);
}

/* A helper that did not answer may have done all of it. */
static gboolean
may_have_changed(const Run *run)
{
    if (!run->has_begun || run->result == NULL)
        return run->has_begun;
    JsonObject *answer = run->result->answer;
    gboolean is_refused = run->result->fault != PF_TOKENS_FAULT_NONE && answer != NULL &&
                          json_object_get_int_member_with_default(answer, "left", 0) == 0;
    return !is_refused;
}

/* Tells the agent what has changed, then returns what there is to return. A PIN that was refused
 * has changed the tries: the agent looks at them, and nobody waits until it has. */
static void
finish_run(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    gboolean is_changed = may_have_changed(run);
    if (run->change == NULL || (run->held == NULL && !run->has_begun))
        complete(task);
    else
        pf_token_note_call_async("NoteTokenChange",
                                 g_variant_new("(ss)", run->token_uri,
                                               is_changed ? run->change : "other"),
                                 is_changed ? AGENT_TIMEOUT_MS : 0, on_agent_told,
                                 g_object_ref(task));
}

static void
finish_with_fault(GTask *task, PfTokensFault fault)
{
    Run *run = g_task_get_task_data(task);
    run->result = g_new0(PfTokenJobResult, 1);
    run->result->fault = fault;
    run->result->tries = -1;
    finish_run(task);
}

/* What became of the helper itself; ERROR is consumed. */
static void
finish_with_error(GTask *task, GError *error)
{
    Run *run = g_task_get_task_data(task);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
        finish_with_fault(task, PF_TOKENS_FAULT_TIMED_OUT);
    } else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_FAILED) ||
               g_error_matches(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE)) {
        finish_with_fault(task, PF_TOKENS_FAULT_CRASHED);
    } else {
        run->error = error;
        finish_run(task);
        return;
    }
    g_error_free(error);
}

static void
read_flags(PfTokenJobResult *result)
{
    JsonNode *node = json_object_get_member(result->answer, "flags");
    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node))
        return;
    JsonArray *array = json_node_get_array(node);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *name = json_array_get_element(array, i);
        if (JSON_NODE_HOLDS_VALUE(name) && json_node_get_value_type(name) == G_TYPE_STRING)
            g_ptr_array_add(names, (gpointer)json_node_get_string(name));
    }
    g_ptr_array_add(names, NULL);
    result->has_flags = TRUE;
    result->flags = pf_token_flags_from_names((const char *const *)names->pdata);
}

static PfTokenJobResult *
read_answer(JsonNode *document)
{
    PfTokenJobResult *result = g_new0(PfTokenJobResult, 1);
    result->answer = json_object_ref(json_node_get_object(document));
    if (!json_object_get_boolean_member_with_default(result->answer, "ok", FALSE))
        result->fault = pf_tokens_fault_from_word(
            json_object_get_string_member_with_default(result->answer, "fault", NULL));
    result->tries = (int)json_object_get_int_member_with_default(result->answer, "tries", -1);
    read_flags(result);
    return result;
}

/* A token that was made has one from now on. */
static void
take_new_uri(Run *run)
{
    const char *uri = json_object_get_string_member_with_default(run->result->answer, "uri", NULL);
    if (uri == NULL)
        return;
    g_free(run->token_uri);
    run->token_uri = g_strdup(uri);
}

/* What the helper printed; NULL: TASK is finished, with what became of it. */
static JsonNode *
take_output(GTask *task, GAsyncResult *async_result)
{
    GError *error = NULL;
    g_autoptr(GBytes) output = pf_helper_run_finish(async_result, &error);
    JsonNode *document = output != NULL ? pf_json_text_parse(output) : NULL;
    if (output == NULL)
        finish_with_error(task, error);
    else if (document == NULL)
        finish_with_fault(task, PF_TOKENS_FAULT_CRASHED);
    return document;
}

static void
on_verb_done(GObject *source, GAsyncResult *async_result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    g_autoptr(JsonNode) document = take_output(task, async_result);
    if (document == NULL)
        return;
    run->result = read_answer(document);
    take_new_uri(run);
    finish_run(task);
}

static void
run_verb(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    g_autofree char *helper = pf_helper_path_dup();
    g_autofree char *self = g_strdup_printf("%d", (int)getpid());
    const char *const argv[] = {
        helper,
        run->verb,
        self,
        run->module_path,
        run->token_uri,
        run->arguments[0],
        run->arguments[1],
        NULL,
    };
    guint timeout = g_str_equal(run->verb, "generate") ? GENERATE_TIMEOUT_MS : VERB_TIMEOUT_MS;
    const PfHelperFd fds[] = {
        {run->proof.fd, STDIN_FILENO},
        {run->secret.fd, SECOND_FD},
        {run->file_fd, FILE_FD},
        {pf_job_channel_get_fd(run->channel), CHANNEL_FD},
    };
    if (g_cancellable_is_cancelled(run->stop)) {
        finish_with_fault(task, PF_TOKENS_FAULT_STOPPED);
        return;
    }
    run->has_begun = TRUE;
    pf_helper_run_with_fds_async(argv, fds, G_N_ELEMENTS(fds), timeout, MAX_BYTES,
                                 g_task_get_cancellable(task), on_verb_done, g_object_ref(task));
}

static void
on_token_held(GObject *source, GAsyncResult *async_result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    run->held = pf_token_note_call_finish(async_result, &error);
    if (g_cancellable_set_error_if_cancelled(g_task_get_cancellable(task), &run->error)) {
        finish_run(task);
    } else if (run->held != NULL || pf_token_note_is_absence(error)) {
        run_verb(task);
    } else {
        g_warning("The agent does not hold the token: %s", error->message);
        finish_with_fault(task, PF_TOKENS_FAULT_NOT_HELD);
    }
}

/* A PIN that is changed is lent to nobody meanwhile: it would be presented as the wrong one. Where
 * there is no agent, nobody lends any; one that cannot promise it may do so at any moment. */
static void
begin_verb(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    if (g_strcmp0(run->change, "pin") == 0)
        pf_token_note_call_async("BeginTokenChange", g_variant_new("(s)", run->token_uri),
                                 AGENT_TIMEOUT_MS, on_token_held, g_object_ref(task));
    else
        run_verb(task);
}

static gboolean
has_token(JsonObject *module, const char *uri)
{
    if (!json_object_get_boolean_member(module, "ok"))
        return FALSE;
    JsonArray *slots = json_object_get_array_member(module, "slots");
    for (guint i = 0; i < json_array_get_length(slots); i++) {
        JsonObject *slot = json_array_get_object_element(slots, i);
        if (!json_object_get_null_member(slot, "token") &&
            g_str_equal(json_object_get_string_member(json_object_get_object_member(slot, "token"),
                                                      "uri"),
                        uri))
            return TRUE;
    }
    return FALSE;
}

static void
on_list_done(GObject *source, GAsyncResult *async_result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    g_autoptr(JsonNode) document = take_output(task, async_result);
    if (document == NULL)
        return;
    JsonArray *modules = json_object_get_array_member(json_node_get_object(document), "modules");
    for (guint i = 0; modules != NULL && i < json_array_get_length(modules); i++) {
        JsonObject *module = json_array_get_object_element(modules, i);
        if (!has_token(module, run->token_uri))
            continue;
        run->module_path = g_strdup(json_object_get_string_member(module, "path"));
        begin_verb(task);
        return;
    }
    finish_with_fault(task, modules != NULL ? PF_TOKENS_FAULT_GONE : PF_TOKENS_FAULT_CRASHED);
}

static void
find_module(GTask *task)
{
    g_autofree char *helper = pf_helper_path_dup();
    const char *const argv[] = {helper, "list", NULL};
    pf_helper_run_async(argv, LIST_TIMEOUT_MS, MAX_BYTES, g_task_get_cancellable(task),
                        on_list_done, g_object_ref(task));
}

static gboolean
make_page(PfPinPage *page, const PfSecret *secret, GError **error)
{
    if (secret == NULL)
        return TRUE;
    int r = pf_pin_page_create(page, pf_secret_get_bytes(secret), pf_secret_get_length(secret));
    if (r < 0)
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(-r), g_strerror(-r));
    return r == 0;
}

static const char *
find_change(const char *verb)
{
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (g_str_equal(changes[i].verb, verb))
            return changes[i].change;
    }
    return NULL;
}

void
pf_token_job_run_async(const PfTokenJob *job, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    Run *run = g_new0(Run, 1);
    GError *error = NULL;
    g_task_set_source_tag(task, pf_token_job_run_async);
    /* Whoever cancels a job that is done anyway learns that it is done. */
    g_task_set_check_cancellable(task, FALSE);
    run->verb = g_strdup(job->verb);
    run->change = find_change(job->verb);
    /* Of a token that is to be made, the helper knows whose it will be. */
    run->module_path = g_strdup(
        g_str_equal(job->verb, "create") && job->module_path == NULL ? "" : job->module_path);
    run->token_uri = g_strdup(job->token_uri);
    run->arguments[0] = g_strdup(job->key_kind);
    run->arguments[1] = g_strdup(job->key_label);
    run->proof = PF_PIN_PAGE_NONE;
    run->secret = PF_PIN_PAGE_NONE;
    run->file_fd = job->file_fd >= 0 ? fcntl(job->file_fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (job->on_progress != NULL || job->stop != NULL)
        run->channel = pf_job_channel_new(job->on_progress, user_data, job->stop);
    g_set_object(&run->stop, job->stop);
    g_task_set_task_data(task, run, run_free);
    if (!make_page(&run->proof, job->proof, &error) ||
        !make_page(&run->secret, job->secret, &error))
        g_task_return_error(task, error);
    else if (run->module_path == NULL)
        find_module(task);
    else
        begin_verb(task);
}

PfTokenJobResult *
pf_token_job_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
pf_token_job_result_free(PfTokenJobResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->answer, json_object_unref);
    g_free(result);
}
