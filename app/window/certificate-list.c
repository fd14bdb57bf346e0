/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateList: the verb `certificates` of pinfold-tokens, and its answer. */
#include "certificate-list.h"

#include <glib/gi18n.h>

#include "certificate-item.h"
#include "token-job.h"

struct _PfCertificateList {
    GObject parent_instance;
    char *uri;
    char *module_path;
    GListStore *items;
    PfCertificatesState state;
    PfTokensFault fault;
    gboolean is_truncated;
    char *holder;
    GCancellable *reading; /* NULL: nothing is read now */
    gboolean is_outdated;  /* so is what is read now */
};

G_DEFINE_FINAL_TYPE(PfCertificateList, pf_certificate_list, G_TYPE_OBJECT)

static guint changed_signal;

PfCertificateList *
pf_certificate_list_new(const char *uri, const char *module_path)
{
    PfCertificateList *self = g_object_new(PF_TYPE_CERTIFICATE_LIST, NULL);
    self->uri = g_strdup(uri);
    self->module_path = g_strdup(module_path);
    return self;
}

static void
set_state(PfCertificateList *self, PfCertificatesState state)
{
    self->state = state;
    g_signal_emit(self, changed_signal, 0);
}

static PfCertificateItem *
read_item(PfCertificateList *self, JsonObject *object)
{
    const char *label = json_object_get_string_member_with_default(object, "label", NULL);
    const char *text = json_object_get_string_member_with_default(object, "der", "");
    gsize size;
    guchar *data = g_base64_decode(text, &size);
    g_autoptr(GBytes) der = g_bytes_new_take(data, size);
    return pf_certificate_item_new(self->uri, label, der);
}

/* Keys that are hidden without a login may be there. */
static gboolean
may_have_key(JsonObject *object)
{
    JsonNode *node = json_object_get_member(object, "has_key");
    return node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_boolean(node);
}

/* Can it be used, now or soon? */
static gboolean
is_current(PfCertificateItem *item)
{
    PfCertificateValidity validity =
        pf_certificate_item_get_validity(item, g_get_real_time() / G_USEC_PER_SEC);
    return validity != PF_CERTIFICATE_EXPIRED && validity != PF_CERTIFICATE_UNREADABLE;
}

/* A token keeps the old ones, and tells all in an order of its own, which may be none. */
static int
compare_items(gconstpointer a, gconstpointer b)
{
    PfCertificateItem *left = *(PfCertificateItem *const *)a;
    PfCertificateItem *right = *(PfCertificateItem *const *)b;
    if (is_current(left) != is_current(right))
        return is_current(left) ? -1 : 1;
    g_autofree char *left_title = pf_certificate_item_dup_title(left);
    g_autofree char *right_title = pf_certificate_item_dup_title(right);
    int order = g_strcmp0(left_title, right_title);
    return order != 0 ? order
                      : g_bytes_compare(pf_certificate_item_get_der(left),
                                        pf_certificate_item_get_der(right));
}

/* Of what can say who the holder is, FOUND or ITEM. Borrowed. */
static PfCertificateItem *
choose_holder(PfCertificateItem *found, PfCertificateItem *item, JsonObject *object)
{
    if (!pf_certificate_item_is_of_holder(item) || !may_have_key(object))
        return found;
    return found == NULL || compare_items(&item, &found) < 0 ? item : found;
}

static void
take_answer(PfCertificateList *self, JsonObject *answer)
{
    JsonNode *node = json_object_get_member(answer, "certificates");
    JsonArray *array =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_object_unref);
    PfCertificateItem *holder = NULL;
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_OBJECT(element))
            continue;
        PfCertificateItem *item = read_item(self, json_node_get_object(element));
        holder = choose_holder(holder, item, json_node_get_object(element));
        g_ptr_array_add(items, item);
    }
    g_free(self->holder);
    self->holder = holder != NULL ? g_strdup(pf_certificate_item_get_subject(holder)) : NULL;
    g_ptr_array_sort(items, compare_items);
    g_list_store_splice(self->items, 0, g_list_model_get_n_items(G_LIST_MODEL(self->items)),
                        items->pdata, items->len);
    self->is_truncated = json_object_get_boolean_member_with_default(answer, "truncated", FALSE);
}

static void
on_job_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfCertificateList) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(PfTokenJobResult) done = pf_token_job_run_finish(result, &error);
    if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
        return; /* maybe it was done before, and nobody wants to know any more */
    g_clear_object(&self->reading);
    if (done == NULL)
        g_warning("Reading certificates: %s", error->message);
    self->fault = done != NULL ? done->fault : PF_TOKENS_FAULT_FAILED;
    if (self->fault == PF_TOKENS_FAULT_NONE && done->answer != NULL)
        take_answer(self, done->answer);
    if (self->is_outdated)
        set_state(self, PF_CERTIFICATES_UNREAD);
    else
        set_state(self, self->fault == PF_TOKENS_FAULT_NONE ? PF_CERTIFICATES_READ
                                                            : PF_CERTIFICATES_FAILED);
}

void
pf_certificate_list_read(PfCertificateList *self)
{
    const PfTokenJob job = {
        .verb = "certificates",
        .module_path = self->module_path,
        .token_uri = self->uri,
        .file_fd = -1,
    };
    if (self->reading != NULL)
        return;
    self->reading = g_cancellable_new();
    self->is_outdated = FALSE;
    pf_token_job_run_async(&job, self->reading, on_job_done, g_object_ref(self));
    set_state(self, PF_CERTIFICATES_READING);
}

void
pf_certificate_list_outdate(PfCertificateList *self)
{
    if (self->reading != NULL)
        self->is_outdated = TRUE;
    else
        set_state(self, PF_CERTIFICATES_UNREAD);
}

void
pf_certificate_list_cancel(PfCertificateList *self)
{
    if (self->reading == NULL)
        return;
    g_cancellable_cancel(self->reading);
    g_clear_object(&self->reading);
    set_state(self, PF_CERTIFICATES_UNREAD);
}

PfCertificatesState
pf_certificate_list_get_state(PfCertificateList *self)
{
    return self->state;
}

const char *
pf_certificate_list_get_fault(PfCertificateList *self)
{
    if (self->state != PF_CERTIFICATES_FAILED)
        return NULL;
    switch (self->fault) {
    case PF_TOKENS_FAULT_TIMED_OUT:
        return _("The token does not answer.");
    case PF_TOKENS_FAULT_GONE:
        return _("The token is not there any more.");
    case PF_TOKENS_FAULT_DOUBLED:
        return _("Two tokens cannot be told apart.");
    case PF_TOKENS_FAULT_CRASHED:
        return _("The token’s driver crashed.");
    case PF_TOKENS_FAULT_NOT_LOADED:
    case PF_TOKENS_FAULT_NOT_INITIALISED:
        return _("The token’s driver does not start.");
    default:
        return _("The certificates could not be read.");
    }
}

gboolean
pf_certificate_list_is_truncated(PfCertificateList *self)
{
    return self->is_truncated;
}

GListModel *
pf_certificate_list_get_items(PfCertificateList *self)
{
    return G_LIST_MODEL(self->items);
}

const char *
pf_certificate_list_get_holder(PfCertificateList *self)
{
    return self->holder;
}

static void
dispose(GObject *object)
{
    PfCertificateList *self = PF_CERTIFICATE_LIST(object);
    g_clear_object(&self->items);
    G_OBJECT_CLASS(pf_certificate_list_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    PfCertificateList *self = PF_CERTIFICATE_LIST(object);
    g_free(self->uri);
    g_free(self->module_path);
    g_free(self->holder);
    G_OBJECT_CLASS(pf_certificate_list_parent_class)->finalize(object);
}

static void
pf_certificate_list_class_init(PfCertificateListClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
    changed_signal = g_signal_new("changed", PF_TYPE_CERTIFICATE_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_certificate_list_init(PfCertificateList *self)
{
    self->items = g_list_store_new(PF_TYPE_CERTIFICATE_ITEM);
}
