/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One context, one list, one look at each reader. */
#include "tokens-readers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <winscard.h>

#include "service-watch.h"

/* libpcsclite says of every service that it cannot reach that there is none. */
static const char *
explain_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
        return "failed";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return "failed";
    int r = connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
    close(fd);
    switch (r) {
    case ENOENT:
    case ENOTDIR:
        return "absent";
    case ECONNREFUSED:
        return "stale";
    case EACCES:
    case EPERM:
        return "closed";
    case 0: /* it was there, and did not want us */
        return "refuses";
    default:
        return "failed";
    }
}

static const char *
explain(LONG status, const char *path)
{
    switch ((guint32)status) {
    case (guint32)SCARD_S_SUCCESS:
    case (guint32)SCARD_E_NO_READERS_AVAILABLE:
        return "answers";
    case (guint32)SCARD_W_SECURITY_VIOLATION:
        return "refuses";
    case (guint32)SCARD_E_NO_SERVICE:
    case (guint32)SCARD_F_COMM_ERROR:
        return explain_socket(path);
    default:
        return "failed";
    }
}

static JsonObject *
look_at_reader(SCARDCONTEXT context, const char *name)
{
    SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
    JsonObject *reader = json_object_new();
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    DWORD flags = SCardGetStatusChange(context, 0, &state, 1) == SCARD_S_SUCCESS
                      ? state.dwEventState
                      : SCARD_STATE_UNAVAILABLE;
    json_object_set_string_member(reader, "name", valid);
    json_object_set_boolean_member(reader, "present", (flags & SCARD_STATE_PRESENT) != 0);
    json_object_set_boolean_member(reader, "mute", (flags & SCARD_STATE_MUTE) != 0);
    json_object_set_boolean_member(reader, "exclusive", (flags & SCARD_STATE_EXCLUSIVE) != 0);
    return reader;
}

static LONG
list_readers(JsonArray *readers)
{
    SCARDCONTEXT context;
    char *names = NULL;
    DWORD size = SCARD_AUTOALLOCATE;
    LONG status = SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context);
    if (status != SCARD_S_SUCCESS)
        return status;
    status = SCardListReaders(context, NULL, (char *)&names, &size);
    if (status == SCARD_S_SUCCESS) {
        for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
            json_array_add_object_element(readers, look_at_reader(context, name));
        SCardFreeMemory(context, names);
    }
    SCardReleaseContext(context);
    return status;
}

JsonNode *
pf_tokens_readers_run(void)
{
    JsonArray *readers = json_array_new();
    JsonObject *document = json_object_new();
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    const char *path = pf_service_watch_get_pcscd_path();
    LONG status = list_readers(readers);
    g_autofree char *code = g_strdup_printf("0x%08X", (guint32)status);
    g_autofree char *valid = g_utf8_make_valid(path, -1);
    json_object_set_string_member(document, "service", explain(status, path));
    json_object_set_string_member(document, "code", code);
    json_object_set_string_member(document, "socket", valid);
    json_object_set_array_member(document, "readers", readers);
    json_node_take_object(root, document);
    return root;
}
