/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for objects: finding, reading, making, changing, destroying. */
#include "driver-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FOUND 1024

static void
add_found(PfDriverCall *call, const CK_OBJECT_HANDLE *objects, CK_ULONG count)
{
    char list[MAX_FOUND * 21] = "";
    size_t used = 0;

    for (CK_ULONG i = 0; i < count; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%lu", i > 0 ? "," : "",
                                 objects[i]);
    if (count > 0)
        call->scope->object = objects[0];
    pf_driver_reply_add(call->reply, "count", "%lu", count);
    pf_driver_reply_add(call->reply, "objects", "%s", list);
}

static void
run_find(PfDriverCall *call)
{
    CK_FUNCTION_LIST *p11 = call->module->p11;
    CK_OBJECT_HANDLE objects[MAX_FOUND];
    CK_ULONG total = 0;
    CK_ULONG count = 1;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_template(call, 1, call->argc, &template))
        return;
    rv = p11->C_FindObjectsInit(session, template.attributes, template.count);
    pf_driver_template_clear(&template);
    pf_driver_reply_set_rv(call->reply, rv, "C_FindObjectsInit");
    if (rv != CKR_OK)
        return;
    /* Small bites, so that searches that go on over several calls are what is tried. */
    while (rv == CKR_OK && count > 0 && total + 8 <= MAX_FOUND) {
        rv = p11->C_FindObjects(session, objects + total, 8, &count);
        if (rv == CKR_OK)
            total += count;
    }
    if (rv != CKR_OK) {
        pf_driver_reply_set_rv(call->reply, rv, "C_FindObjects");
        p11->C_FindObjectsFinal(session);
        return;
    }
    rv = p11->C_FindObjectsFinal(session);
    pf_driver_reply_set_rv(call->reply, rv, "C_FindObjectsFinal");
    if (rv == CKR_OK)
        add_found(call, objects, total);
}

static void
run_findinit(PfDriverCall *call)
{
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_template(call, 1, call->argc, &template))
        return;
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_FindObjectsInit(session, template.attributes,
                                                                template.count),
                           "C_FindObjectsInit");
    pf_driver_template_clear(&template);
}

static void
run_findnext(PfDriverCall *call)
{
    CK_OBJECT_HANDLE objects[MAX_FOUND];
    CK_SESSION_HANDLE session;
    unsigned long max = 1;
    CK_ULONG count = 0;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) ||
        (call->argc > 1 && !pf_driver_call_number(call, 1, &max)))
        return;
    rv = call->module->p11->C_FindObjects(session, objects, max < MAX_FOUND ? max : MAX_FOUND,
                                          &count);
    pf_driver_reply_set_rv(call->reply, rv, "C_FindObjects");
    if (rv == CKR_OK)
        add_found(call, objects, count);
}

static void
run_findfinal(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_FindObjectsFinal(session),
                           "C_FindObjectsFinal");
}

/* Reads SESSION OBJECT ATTRIBUTE... with @size bytes for each value; -1: as many as it says. */
static void
get_attributes(PfDriverCall *call, int first, long size, bool only_sizes)
{
    CK_FUNCTION_LIST *p11 = call->module->p11;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;
    CK_RV rv = CKR_OK;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &object) ||
        !pf_driver_call_template(call, first, call->argc, &template))
        return;
    if (size < 0)
        rv = p11->C_GetAttributeValue(session, object, template.attributes, template.count);
    for (CK_ULONG i = 0; i < template.count && !only_sizes; i++) {
        CK_ATTRIBUTE *attribute = &template.attributes[i];

        if (size >= 0)
            attribute->ulValueLen = (CK_ULONG)size;
        if (attribute->ulValueLen != CK_UNAVAILABLE_INFORMATION)
            attribute->pValue = calloc(1, attribute->ulValueLen + 1);
    }
    if (!only_sizes &&
        (rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID))
        rv = p11->C_GetAttributeValue(session, object, template.attributes, template.count);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetAttributeValue");

    for (CK_ULONG i = 0; i < template.count; i++) {
        CK_ATTRIBUTE *attribute = &template.attributes[i];

        if (only_sizes && attribute->ulValueLen != CK_UNAVAILABLE_INFORMATION)
            pf_driver_reply_add(call->reply, call->argv[first + (int)i], "%lu",
                                attribute->ulValueLen);
        else
            pf_driver_reply_add_attribute(call->reply, attribute);
    }
    pf_driver_template_clear(&template);
}

static void
run_getattr(PfDriverCall *call)
{
    get_attributes(call, 2, -1, false);
}

static void
run_getattrsize(PfDriverCall *call)
{
    get_attributes(call, 2, -1, true);
}

static void
run_getattrbuf(PfDriverCall *call)
{
    unsigned long size;

    if (pf_driver_call_number(call, 2, &size))
        get_attributes(call, 3, (long)(size & 0xffffff), false);
}

static void
run_setattr(PfDriverCall *call)
{
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &object) ||
        !pf_driver_call_template(call, 2, call->argc, &template))
        return;
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_SetAttributeValue(session, object,
                                                                  template.attributes,
                                                                  template.count),
                           "C_SetAttributeValue");
    pf_driver_template_clear(&template);
}

static void
add_object(PfDriverCall *call, CK_RV rv, const char *function, CK_OBJECT_HANDLE object)
{
    pf_driver_reply_set_rv(call->reply, rv, function);
    if (rv != CKR_OK)
        return;
    call->scope->object = object;
    pf_driver_reply_add(call->reply, "object", "%lu", object);
}

static void
run_create(PfDriverCall *call)
{
    CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) ||
        !pf_driver_call_template(call, 1, call->argc, &template))
        return;
    rv = call->module->p11->C_CreateObject(session, template.attributes, template.count, &object);
    pf_driver_template_clear(&template);
    add_object(call, rv, "C_CreateObject", object);
}

static void
run_copy(PfDriverCall *call)
{
    CK_OBJECT_HANDLE object;
    CK_OBJECT_HANDLE copy = CK_INVALID_HANDLE;
    PfDriverTemplate template;
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &object) ||
        !pf_driver_call_template(call, 2, call->argc, &template))
        return;
    rv = call->module->p11->C_CopyObject(session, object, template.attributes, template.count,
                                         &copy);
    pf_driver_template_clear(&template);
    add_object(call, rv, "C_CopyObject", copy);
}

static void
run_destroy(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &object))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_DestroyObject(session, object),
                           "C_DestroyObject");
}

static void
run_objsize(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;
    CK_ULONG size = 0;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 1, &object))
        return;
    rv = call->module->p11->C_GetObjectSize(session, object, &size);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetObjectSize");
    if (rv == CKR_OK)
        pf_driver_reply_add(call->reply, "size", "%lu", size);
}

const PfDriverCommand pf_driver_object_commands[] = {
    {"find", 1, run_find, "SESSION [ATTRIBUTE=VALUE…]"},
    {"findinit", 1, run_findinit, "SESSION [ATTRIBUTE=VALUE…]"},
    {"findnext", 1, run_findnext, "SESSION [MAX]"},
    {"findfinal", 1, run_findfinal, "SESSION"},
    {"getattr", 3, run_getattr, "SESSION OBJECT ATTRIBUTE…"},
    {"getattrsize", 3, run_getattrsize, "SESSION OBJECT ATTRIBUTE…"},
    {"getattrbuf", 4, run_getattrbuf, "SESSION OBJECT SIZE ATTRIBUTE…"},
    {"setattr", 3, run_setattr, "SESSION OBJECT ATTRIBUTE=VALUE…"},
    {"create", 2, run_create, "SESSION ATTRIBUTE=VALUE…"},
    {"copy", 2, run_copy, "SESSION OBJECT [ATTRIBUTE=VALUE…]"},
    {"destroy", 2, run_destroy, "SESSION OBJECT"},
    {"objsize", 2, run_objsize, "SESSION OBJECT"},
    {NULL},
};
