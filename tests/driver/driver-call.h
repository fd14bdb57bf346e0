/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One command of the driver: its words, what they mean, and the module it goes to. */
#pragma once

#include <stdbool.h>

#include "driver-reply.h"
#include "mechanism-params.h"
#include "pkcs11-v3.h"

/* The module that commands go to, and another one that is loaded too or NULL. */
typedef struct {
    void *library;
    CK_FUNCTION_LIST *p11;
    void *other;
    CK_FUNCTION_LIST *other_p11;
} PfDriverModule;

/* Loads a module; the one before becomes the other. False with what went wrong. */
bool pf_driver_module_load(PfDriverModule *module, const char *path, const char **ret_error);

/* What "." stands for: the session opened last and the object found or made last. */
typedef struct {
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;
} PfDriverScope;

typedef struct {
    PfDriverModule *module;
    PfDriverScope *scope;
    PfDriverReply *reply;
    int argc; /* words after the command's name */
    char **argv;
} PfDriverCall;

typedef struct {
    const char *name;
    int min_args;
    void (*run)(PfDriverCall *call);
    const char *usage;
} PfDriverCommand;

typedef struct {
    unsigned char *data; /* NULL for "null" */
    CK_ULONG size;
} PfDriverBytes;

typedef struct {
    CK_MECHANISM mechanism;
    PfDriverBytes first;
    PfDriverBytes second;
    union {
        CK_RSA_PKCS_PSS_PARAMS pss;
        CK_RSA_PKCS_OAEP_PARAMS oaep;
        CK_GCM_PARAMS gcm;
        CK_ECDH1_DERIVE_PARAMS ecdh;
        CK_OBJECT_HANDLE key;
        PfSsl3Params connection;
    } params;
    PfKeyMaterial made; /* of a connection */
} PfDriverMechanism;

typedef struct {
    CK_ATTRIBUTE *attributes;
    CK_ULONG count;
} PfDriverTemplate;

/* Tables of commands, each ended by a command without name. */
extern const PfDriverCommand pf_driver_general_commands[];
extern const PfDriverCommand pf_driver_session_commands[];
extern const PfDriverCommand pf_driver_object_commands[];
extern const PfDriverCommand pf_driver_crypto_commands[];
extern const PfDriverCommand pf_driver_key_commands[];
extern const PfDriverCommand pf_driver_process_commands[];
extern const PfDriverCommand pf_driver_module_commands[];
extern const PfDriverCommand pf_driver_interface_commands[];
extern const PfDriverCommand pf_driver_message_commands[];

/* Splits @line in place at blanks, minding "quotes" and backslashes. Returns the number of words,
 * -1 when there are more than @max or a quote is open. */
int pf_driver_split(char *line, char **words, int max);

/* Runs the command of the given words (words[0] is its name) and fills @call's reply. */
void pf_driver_run(PfDriverCall *call, int n_words, char **words);

/* Runs commands separated by ";" one after the other; adds answers="a | b" to @call's reply, or
 * for a single command just its answer. Stops at the first that is not ok, whose status becomes
 * the reply's. Returns true if all were. */
bool pf_driver_run_list(PfDriverCall *call, int n_words, char **words);

/* True when the word at @index exists and equals @word. */
bool pf_driver_call_has(const PfDriverCall *call, int index, const char *word);

/* The text after "key=" of the words from @first on; NULL when no word has that key. */
const char *pf_driver_call_option(const PfDriverCall *call, int first, const char *key);

/*
 * Each reads the word at @index. False, with the reply already an error, when it cannot be read.
 * Slots: a number, "@N" for the Nth slot with a token, "=LABEL" for the token of that label.
 * Sessions, objects: a number or ".". Bytes and mechanisms are released by the caller.
 */
bool pf_driver_call_slot(PfDriverCall *call, int index, CK_SLOT_ID *ret_slot);
bool pf_driver_call_session(PfDriverCall *call, int index, CK_SESSION_HANDLE *ret_session);
bool pf_driver_call_object(PfDriverCall *call, int index, CK_OBJECT_HANDLE *ret_object);
bool pf_driver_call_number(PfDriverCall *call, int index, unsigned long *ret_number);
bool pf_driver_call_bytes(PfDriverCall *call, int index, PfDriverBytes *ret_bytes);
bool pf_driver_call_pin(PfDriverCall *call, int index, PfDriverBytes *ret_pin);
bool pf_driver_call_mechanism(PfDriverCall *call, int index, PfDriverMechanism *ret_mechanism);

/* The module's list of 3.0; NULL, with the reply an error, where it has none. */
CK_FUNCTION_LIST_3_0 *pf_driver_call_list_3_0(PfDriverCall *call);

/* Parses "null", "text:…", "fill:COUNT:HH", hex, or, when @as_text, plain text. */
bool pf_driver_bytes_parse(const char *text, bool as_text, PfDriverBytes *ret_bytes);

/* Wipes and frees. */
void pf_driver_bytes_clear(PfDriverBytes *bytes);
void pf_driver_mechanism_clear(PfDriverMechanism *mechanism);

/* Reads the words from @first to before @last as attr=value. */
bool pf_driver_call_template(PfDriverCall *call, int first, int last,
                             PfDriverTemplate *ret_template);
void pf_driver_template_clear(PfDriverTemplate *template);

/* Appends one attribute to @template; copies @data. */
void pf_driver_template_add(PfDriverTemplate *template, CK_ATTRIBUTE_TYPE type, const void *data,
                            CK_ULONG size);

/* Adds an attribute's value to the reply under its name, in the form that suits its type. */
void pf_driver_reply_add_attribute(PfDriverReply *reply, const CK_ATTRIBUTE *attribute);
