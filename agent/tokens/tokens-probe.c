/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The probe: one backend in a process of its own, read through gck, never logged in to. */
#include "tokens-probe.h"

#include <errno.h>
#include <gck/gck.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "token-flags.h"
#include "token-id.h"
#include "tokens-field.h"
#include "tokens-kind.h"
#include "tokens-known.h"

#define SLOTS_MAX 256u

static void
add_field(JsonBuilder *json, const char *name, const unsigned char *field, gsize size)
{
    g_autofree char *text = pf_tokens_field_dup(field, size);
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, text);
}

static void
add_number(JsonBuilder *json, const char *name, gulong number)
{
    json_builder_set_member_name(json, name);
    json_builder_add_int_value(json, (gint64)MIN(number, (gulong)G_MAXINT));
}

static void
add_known(JsonBuilder *json, const PfTokensKnown *known)
{
    json_builder_set_member_name(json, "logout");
    if (known == NULL) {
        json_builder_add_null_value(json);
        return;
    }
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "verdict");
    json_builder_add_string_value(json, known->verdict);
    json_builder_set_member_name(json, "measured_with");
    json_builder_add_string_value(json, known->version);
    json_builder_end_object(json);
}

static void
add_token(JsonBuilder *json, CK_FUNCTION_LIST *functions, CK_SLOT_ID slot, const CK_INFO *library,
          const CK_TOKEN_INFO *info)
{
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    pf_token_id_from_info(&id, info);
    pf_token_id_format(&id, uri);
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "uri");
    json_builder_add_string_value(json, uri);
    add_field(json, "label", info->label, sizeof info->label);
    add_field(json, "manufacturer", info->manufacturerID, sizeof info->manufacturerID);
    add_field(json, "model", info->model, sizeof info->model);
    add_field(json, "serial", info->serialNumber, sizeof info->serialNumber);
    g_auto(GStrv) names = pf_token_flags_to_names(info->flags);
    json_builder_set_member_name(json, "flags");
    json_builder_begin_array(json);
    for (char **name = names; *name != NULL; name++)
        json_builder_add_string_value(json, *name);
    json_builder_end_array(json);
    add_number(json, "min_pin_len", info->ulMinPinLen);
    add_number(json, "max_pin_len", info->ulMaxPinLen);
    add_known(json, pf_tokens_known_find(library, info));
    g_autoptr(JsonArray) kinds = pf_tokens_kind_list(functions, slot);
    json_builder_set_member_name(json, "generates");
    json_builder_add_boolean_value(json, json_array_get_length(kinds) > 0);
    json_builder_end_object(json);
}

/* Through the function list, not gck_slot_get_token_info(): the identity is made of the bytes as
 * they are, and gck's texts are no longer that. */
static void
add_slot(JsonBuilder *json, CK_FUNCTION_LIST *functions, const CK_INFO *library, CK_SLOT_ID id)
{
    CK_SLOT_INFO slot = {0};
    CK_TOKEN_INFO token = {0};
    if (functions->C_GetSlotInfo(id, &slot) != CKR_OK)
        return;
    json_builder_begin_object(json);
    add_field(json, "description", slot.slotDescription, sizeof slot.slotDescription);
    json_builder_set_member_name(json, "hardware");
    json_builder_add_boolean_value(json, (slot.flags & CKF_HW_SLOT) != 0);
    json_builder_set_member_name(json, "removable");
    json_builder_add_boolean_value(json, (slot.flags & CKF_REMOVABLE_DEVICE) != 0);
    json_builder_set_member_name(json, "token");
    if ((slot.flags & CKF_TOKEN_PRESENT) != 0 && functions->C_GetTokenInfo(id, &token) == CKR_OK)
        add_token(json, functions, id, library, &token);
    else
        json_builder_add_null_value(json);
    json_builder_end_object(json);
}

static void
add_module(JsonBuilder *json, GckModule *module)
{
    CK_FUNCTION_LIST *functions = gck_module_get_functions(module);
    CK_INFO info = {0};
    if (functions->C_GetInfo(&info) == CKR_OK) {
        g_autofree char *version =
            g_strdup_printf("%u.%u", info.libraryVersion.major, info.libraryVersion.minor);
        add_field(json, "description", info.libraryDescription, sizeof info.libraryDescription);
        json_builder_set_member_name(json, "version");
        json_builder_add_string_value(json, version);
    }
    json_builder_set_member_name(json, "slots");
    json_builder_begin_array(json);
    GList *slots = gck_module_get_slots(module, FALSE);
    guint count = 0;
    for (GList *l = slots; l != NULL && count < SLOTS_MAX; l = l->next, count++)
        add_slot(json, functions, &info, gck_slot_get_handle(l->data));
    json_builder_end_array(json);
    g_list_free_full(slots, g_object_unref);
}

static gboolean
write_all(int fd, const char *text, gsize len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        text += n;
        len -= (gsize)n;
    }
    return TRUE;
}

int
pf_tokens_probe_run(const char *path, int out_fd)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonBuilder) json = json_builder_new();
    GckModule *module = gck_module_initialize(path, NULL, &error);
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "ok");
    json_builder_add_boolean_value(json, module != NULL);
    if (module != NULL) {
        add_module(json, module);
    } else {
        g_autofree char *text = g_utf8_make_valid(error->message, -1);
        json_builder_set_member_name(json, "fault");
        json_builder_add_string_value(json, text);
    }
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, FALSE);
    /* The module is not finalised: nothing here depends on it, and some hang in doing so. */
    return write_all(out_fd, text, strlen(text)) ? 0 : 1;
}
