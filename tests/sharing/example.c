/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The example programs' common ground. */
#include "example.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SLOTS 64

static void *
find_function(void *library, const char *name)
{
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        printf("no %s\n", name);
        exit(1);
    }
    return symbol;
}

void
pf_example_load(PfExample *example, int argc, char **argv)
{
    CK_C_GetFunctionList get_function_list;
    void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        printf("%s\n", argc == 3 ? dlerror() : "usage: MODULE.so TOKEN-LABEL");
        exit(1);
    }
    void *symbols[] = {
        find_function(library, "C_GetFunctionList"),
        find_function(library, "CA_SetApplicationID"),
        find_function(library, "CA_OpenApplicationID"),
        find_function(library, "CA_CloseApplicationID"),
    };
    memcpy(&get_function_list, &symbols[0], sizeof(symbols[0]));
    memcpy(&example->set_id, &symbols[1], sizeof(symbols[1]));
    memcpy(&example->open_id, &symbols[2], sizeof(symbols[2]));
    memcpy(&example->close_id, &symbols[3], sizeof(symbols[3]));
    example->label = argv[2];
    pf_example_expect(get_function_list(&example->p11), "C_GetFunctionList");
    /* A PIN that was read must not stay in a buffer of stdio's. */
    setvbuf(stdin, NULL, _IONBF, 0);
}

void
pf_example_expect(CK_RV rv, const char *call)
{
    printf("%s 0x%lx\n", call, rv);
    fflush(stdout);
    if (rv != CKR_OK)
        exit(1);
}

CK_SLOT_ID
pf_example_find_slot(const PfExample *example)
{
    CK_SLOT_ID slots[MAX_SLOTS];
    CK_ULONG count = MAX_SLOTS;
    pf_example_expect(example->p11->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO info;
        size_t size = strlen(example->label);
        if (example->p11->C_GetTokenInfo(slots[i], &info) == CKR_OK && size <= sizeof(info.label) &&
            memcmp(info.label, example->label, size) == 0)
            return slots[i];
    }
    puts("no such token");
    exit(1);
}

static void
read_line(char *line, int size)
{
    if (fgets(line, size, stdin) == NULL)
        exit(2); /* the test is gone */
    line[strcspn(line, "\n")] = '\0';
}

void
pf_example_wait(void)
{
    char line[16];
    puts("wait");
    fflush(stdout);
    read_line(line, sizeof(line));
}

void
pf_example_log_in(const PfExample *example, CK_SESSION_HANDLE session)
{
    char pin[64];
    read_line(pin, sizeof(pin));
    CK_ULONG size = strlen(pin);
    CK_RV rv = example->p11->C_Login(session, CKU_USER, size > 0 ? (CK_UTF8CHAR *)pin : NULL, size);
    explicit_bzero(pin, sizeof(pin));
    pf_example_expect(rv, "C_Login");
}

void
pf_example_print_state(const PfExample *example, CK_SESSION_HANDLE session)
{
    CK_SESSION_INFO info;
    pf_example_expect(example->p11->C_GetSessionInfo(session, &info), "C_GetSessionInfo");
    puts(info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS
             ? "state user"
             : "state public");
    fflush(stdout);
}

void
pf_example_work(const PfExample *example, CK_SESSION_HANDLE session)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_BYTE id[] = {1};
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_ID, id, sizeof(id)},
    };
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_ULONG count = 0;
    CK_BYTE signature[512];
    CK_ULONG size = sizeof(signature);
    CK_BYTE data[] = "work";

    pf_example_expect(example->p11->C_FindObjectsInit(session, template, 2), "C_FindObjectsInit");
    pf_example_expect(example->p11->C_FindObjects(session, &key, 1, &count), "C_FindObjects");
    pf_example_expect(example->p11->C_FindObjectsFinal(session), "C_FindObjectsFinal");
    pf_example_expect(example->p11->C_SignInit(session, &mechanism, key), "C_SignInit");
    pf_example_expect(example->p11->C_Sign(session, data, sizeof(data) - 1, signature, &size),
                      "C_Sign");
    printf("signature ");
    for (CK_ULONG i = 0; i < size; i++)
        printf("%02x", signature[i]);
    puts("");
    fflush(stdout);
}
