/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A program as others: it logs in, looks for its key, signs, checks, logs out, again and again, and
 * goes on whatever happens. What it does is drawn from its seed.
 *
 * fault-client MODULE SEED FOLDER NAME LABEL [appid=MAJOR:MINOR] [null] [threads] [cycles=N]
 * FOLDER/SERIAL.pin is the PIN of a token, FOLDER/SERIAL.pem its public key, NAME.page and NAME.log
 * are the client's own. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "call-clock.h"
#include "p11-name.h"
#include "signature-check.h"

#define SLOTS_MAX     32
#define SIGNATURE_MAX 512
/* A forked child that has not ended by then never will. */
#define CHILD_LIMIT_S 30

typedef CK_RV (*SetId)(CK_ULONG high, CK_ULONG low);

typedef struct {
    CK_FUNCTION_LIST *p11;
    SetId set_id;
    const char *folder;
    const char *label;
    unsigned long id[2];
    unsigned seed;
    unsigned cycles;
    bool asks; /* logs in without a PIN where it can */
    bool has_threads;
} Client;

/* One thread's use of a token. */
typedef struct {
    Client *client;
    CallClock clock;
    unsigned *seed;
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    bool can_ask;
    bool is_begun; /* the library is initialised */
    bool is_stale; /* and knows a PIN that is none any more: SoftHSM reads it once */
    char serial[17];
} Use;

static unsigned
draw(Use *use, unsigned below)
{
    return (unsigned)rand_r(use->seed) % below;
}

static void
rest(Use *use, unsigned most_ms)
{
    struct timespec time = {.tv_nsec = (long)draw(use, most_ms) * 1000000L};
    nanosleep(&time, NULL);
}

static void
copy_trimmed(char *target, size_t size, const CK_UTF8CHAR *field)
{
    memcpy(target, field, size);
    while (size > 0 && (target[size - 1] == ' ' || target[size - 1] == '\0'))
        size--;
    target[size] = '\0';
    for (char *c = target; *c != '\0'; c++)
        if (*c <= ' ' || *c >= 0x7f)
            *c = '?';
}

/* Reads whose token it is. Returns false where it is none of this client's. */
static bool
look(Use *use, CK_SLOT_ID slot, char serial[17], CK_RV *ret_rv)
{
    CK_TOKEN_INFO info;
    size_t size = strlen(use->client->label);
    *ret_rv =
        TIMED(&use->clock, "C_GetTokenInfo", "-", use->client->p11->C_GetTokenInfo(slot, &info));
    if (*ret_rv != CKR_OK || memcmp(info.label, use->client->label, size) != 0)
        return false;
    use->can_ask = (info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    copy_trimmed(serial, 16, info.serialNumber);
    return true;
}

static bool
find_token(Use *use)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    CK_RV rv = TIMED(&use->clock, "C_GetSlotList", "-",
                     use->client->p11->C_GetSlotList(CK_TRUE, slots, &count));
    use->clock.serial = "-";
    for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++) {
        CK_RV seen;
        if (!look(use, slots[i], use->serial, &seen))
            continue;
        use->slot = slots[i];
        /* A software token that is being written may have none: each word of the log is there. */
        use->clock.serial = *use->serial != '\0' ? use->serial : "-";
        return true;
    }
    return false;
}

/* A session, and the certainty that it is with the token that was seen. */
static bool
open_session(Use *use)
{
    char serial[17] = "";
    CK_RV rv;
    CK_FLAGS flags = CKF_SERIAL_SESSION | (draw(use, 3) == 0 ? CKF_RW_SESSION : 0);
    uint64_t now = fault_now();
    if (TIMED(&use->clock, "C_OpenSession", "-",
              use->client->p11->C_OpenSession(use->slot, flags, NULL, NULL, &use->session)) !=
        CKR_OK)
        return false;
    use->clock.opened = now;
    return look(use, use->slot, serial, &rv) && strcmp(serial, use->serial) == 0;
}

static size_t
read_pin(const Use *use, CK_BYTE pin[64])
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.pin", use->client->folder, use->serial);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    setvbuf(file, NULL, _IONBF, 0);
    size_t size = fread(pin, 1, 64, file);
    fclose(file);
    return size;
}

/* By its own PIN, or without one where somebody can be asked. */
static bool
log_in(Use *use)
{
    CK_FUNCTION_LIST *p11 = use->client->p11;
    CK_BYTE pin[64];
    CK_RV rv;
    uint64_t now = fault_now();
    if (use->client->asks && use->can_ask) {
        rv = TIMED(&use->clock, "C_Login", "null", p11->C_Login(use->session, CKU_USER, NULL, 0));
    } else {
        size_t size = read_pin(use, pin);
        if (size == 0)
            return false;
        rv = TIMED(&use->clock, "C_Login", "pin", p11->C_Login(use->session, CKU_USER, pin, size));
        explicit_bzero(pin, sizeof pin);
    }
    use->is_stale = rv == CKR_PIN_INCORRECT;
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        use->clock.logged_in = now;
    return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN;
}

/* The private key 01; 0 where there is none, which is noted. */
static bool
find_key(Use *use)
{
    CK_FUNCTION_LIST *p11 = use->client->p11;
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_BYTE id = 1;
    CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, &id, sizeof id}};
    CK_ULONG count = 0;
    CK_RV rv = TIMED(&use->clock, "C_FindObjectsInit", "-",
                     p11->C_FindObjectsInit(use->session, template, 2));
    if (rv != CKR_OK)
        return false;
    rv = TIMED(&use->clock, "C_FindObjects", "-",
               p11->C_FindObjects(use->session, &use->key, 1, &count));
    CK_RV end =
        TIMED(&use->clock, "C_FindObjectsFinal", "-", p11->C_FindObjectsFinal(use->session));
    if (rv != CKR_OK || end != CKR_OK)
        return false;
    if (count == 0)
        call_clock_note(&use->clock, "nokey", "-");
    return count == 1;
}

static CK_RV
sign_in_parts(Use *use, CK_BYTE *data, CK_ULONG size, CK_BYTE *signature, CK_ULONG *length)
{
    CK_FUNCTION_LIST *p11 = use->client->p11;
    CK_RV rv = CKR_OK;
    for (CK_ULONG i = 0; rv == CKR_OK && i < size; i += 8) {
        rv = TIMED(&use->clock, "C_SignUpdate", "-",
                   p11->C_SignUpdate(use->session, data + i, size - i < 8 ? size - i : 8));
        rest(use, 5);
    }
    return rv != CKR_OK ? rv
                        : TIMED(&use->clock, "C_SignFinal", "-",
                                p11->C_SignFinal(use->session, signature, length));
}

static bool
sign(Use *use)
{
    CK_FUNCTION_LIST *p11 = use->client->p11;
    CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_BYTE signature[SIGNATURE_MAX];
    CK_ULONG length = sizeof signature;
    char data[40];
    CK_ULONG size = (CK_ULONG)snprintf(data, sizeof data, "document %u", draw(use, 1000000));
    CK_RV rv =
        TIMED(&use->clock, "C_SignInit", "-", p11->C_SignInit(use->session, &mechanism, use->key));
    if (rv != CKR_OK)
        return false;
    if (draw(use, 4) == 0)
        rv = sign_in_parts(use, (CK_BYTE *)data, size, signature, &length);
    else
        rv = TIMED(&use->clock, "C_Sign", "-",
                   p11->C_Sign(use->session, (CK_BYTE *)data, size, signature, &length));
    if (rv != CKR_OK)
        return false;
    const char *word = "right";
    if (!signature_is_right(use->client->folder, use->serial, (unsigned char *)data, size,
                            signature, length))
        word = signature_is_anybodys(use->client->folder, (unsigned char *)data, size, signature,
                                     length)
                   ? "another"
                   : "WRONG";
    call_clock_note(&use->clock, word, data);
    return strcmp(word, "right") == 0;
}

static bool
sign_some(Use *use)
{
    unsigned count = 1 + draw(use, 8);
    for (unsigned i = 0; i < count && !fault_page->wants_end; i++) {
        CK_SESSION_INFO info;
        if (!sign(use))
            return false;
        rest(use, 60);
        if (draw(use, 3) == 0 &&
            TIMED(&use->clock, "C_GetSessionInfo", "-",
                  use->client->p11->C_GetSessionInfo(use->session, &info)) != CKR_OK)
            return false;
        if (draw(use, 6) == 0 && !find_key(use))
            return false;
    }
    return true;
}

static void
close_session(Use *use)
{
    TIMED(&use->clock, "C_CloseSession", "-", use->client->p11->C_CloseSession(use->session));
    use->clock.opened = 0;
}

/* A second thread in the same token, with a session of its own. */
static void *
work_beside(void *data)
{
    Use *use = data;
    char serial[17];
    uint64_t logged_in = use->clock.logged_in;
    memcpy(serial, use->serial, sizeof serial);
    call_clock_begin_thread(&use->clock, 1);
    use->clock.serial = *serial != '\0' ? serial : "-";
    use->clock.logged_in = logged_in;
    if (open_session(use) && find_key(use))
        sign_some(use);
    if (use->clock.opened != 0)
        close_session(use);
    call_clock_end_thread(&use->clock);
    return NULL;
}

static void
work(Use *use)
{
    pthread_t thread;
    Use beside = *use;
    unsigned seed = draw(use, 1000000);
    beside.seed = &seed;
    bool has_thread =
        use->client->has_threads && pthread_create(&thread, NULL, work_beside, &beside) == 0;
    if (find_key(use) && sign_some(use) && draw(use, 10) < 7 && !has_thread)
        TIMED(&use->clock, "C_Logout", "-", use->client->p11->C_Logout(use->session));
    if (has_thread)
        pthread_join(thread, NULL);
}

static bool
begin_library(Use *use, const char *tag)
{
    CK_C_INITIALIZE_ARGS args = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = TIMED(&use->clock, "C_Initialize", tag, use->client->p11->C_Initialize(&args));
    /* Some backends refuse a forked child; then Pinfold does. */
    if (rv != CKR_OK && (tag[0] != '-' || rv != CKR_CRYPTOKI_ALREADY_INITIALIZED))
        return false;
    use->is_begun = true;
    if (use->client->id[0] != 0)
        use->client->set_id(use->client->id[0], use->client->id[1]);
    return true;
}

static void
end_library(Use *use, const char *tag)
{
    TIMED(&use->clock, "C_Finalize", tag, use->client->p11->C_Finalize(NULL));
    use->is_begun = false;
}

static void
play_round(Use *use)
{
    if (!find_token(use)) {
        rest(use, 200);
        return;
    }
    if (open_session(use) && log_in(use))
        work(use);
    if (use->clock.opened != 0)
        close_session(use);
    use->clock.logged_in = 0;
}

/* What a fork leaves: nothing of the parent's. */
static __attribute__((noreturn)) void
be_child(Use *use)
{
    alarm(CHILD_LIMIT_S);
    call_clock_end_thread(&use->clock);
    call_clock_begin_thread(&use->clock, 1);
    use->clock.logged_in = use->clock.opened = 0;
    CK_SESSION_INFO info;
    CK_RV rv = TIMED(&use->clock, "C_GetSessionInfo", "child",
                     use->client->p11->C_GetSessionInfo(use->session, &info));
    if (rv == CKR_CRYPTOKI_NOT_INITIALIZED && begin_library(use, "child")) {
        play_round(use);
        end_library(use, "child");
    }
    _exit(0);
}

static void
fork_child(Use *use)
{
    char text[32];
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        be_child(use);
    if (pid < 0)
        return;
    fault_page->child = (uint32_t)pid;
    waitpid(pid, &status, 0);
    fault_page->child = 0;
    snprintf(text, sizeof text, "%d",
             WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    call_clock_note(&use->clock, "child", text);
}

/* Returns false where the program ends here and now, sessions and all. */
static bool
go_on(Use *use)
{
    unsigned what = use->is_stale ? 1 : draw(use, 40);
    if (what == 0 && !use->client->has_threads)
        fork_child(use);
    else if (what < 3)
        end_library(use, "-");
    else if (what < 5)
        return false;
    rest(use, 40);
    return true;
}

static void
load(Client *client, const char *path)
{
    CK_RV (*get_list)(CK_FUNCTION_LIST * *list) = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, "C_GetFunctionList") : NULL;
    memcpy(&get_list, &symbol, sizeof symbol);
    if (get_list == NULL || get_list(&client->p11) != CKR_OK) {
        fprintf(stderr, "fault-client: %s\n", dlerror());
        exit(2);
    }
    symbol = dlsym(library, "CA_SetApplicationID");
    memcpy(&client->set_id, &symbol, sizeof symbol);
}

static void
read_words(Client *client, int count, char **words)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "null") == 0)
            client->asks = true;
        else if (strcmp(words[i], "threads") == 0)
            client->has_threads = true;
        else if (sscanf(words[i], "appid=%lu:%lu", &client->id[0], &client->id[1]) != 2 &&
                 sscanf(words[i], "cycles=%u", &client->cycles) != 1)
            exit(2);
    }
}

int
main(int argc, char **argv)
{
    Client client = {.cycles = 1000000};
    Use use = {.client = &client, .seed = &client.seed};
    char paths[2][512];
    if (argc < 6)
        return 2;
    client.seed = (unsigned)strtoul(argv[2], NULL, 10);
    client.folder = argv[3];
    client.label = argv[5];
    snprintf(paths[0], sizeof paths[0], "%s/%s.page", argv[3], argv[4]);
    snprintf(paths[1], sizeof paths[1], "%s/%s.log", argv[3], argv[4]);
    read_words(&client, argc - 6, argv + 6);
    call_clock_open_files(paths[0], paths[1]);
    call_clock_begin_thread(&use.clock, 0);
    load(&client, argv[1]);
    while (!fault_page->wants_end && client.cycles-- > 0) {
        if (begin_library(&use, "-"))
            play_round(&use);
        if (!go_on(&use))
            return 0;
    }
    if (use.is_begun)
        end_library(&use, "-");
    return 0;
}
