/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The empty VERIFY of SP 800-73-4, part 2, 3.2.1, in one transaction. */
#include "tokens-tries.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <winscard.h>

#include "reader-match.h"

#define SW_OK          0x9000u
#define SW_PIN_BLOCKED 0x6983u
#define SW_TRIES       0x63C0u /* the last digit is the number */

/* A command without data has no PIN in it: nothing in this file can cost a try. */
static const unsigned char get_discovery[] = {0x00, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E, 0x00};
static const unsigned char select_piv[] = {0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00,
                                           0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00};
static const unsigned char verify_empty[] = {0x00, 0x20, 0x00, 0x80};
static const unsigned char piv_aid[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00};

/* Returns the status word, 0 when there is none. */
static unsigned
transmit(SCARDHANDLE card, const SCARD_IO_REQUEST *pci, const unsigned char *apdu, size_t len,
         unsigned char *answer, DWORD *answer_len)
{
    if (SCardTransmit(card, pci, apdu, len, NULL, answer, answer_len) != SCARD_S_SUCCESS ||
        *answer_len < 2)
        return 0;
    return (unsigned)answer[*answer_len - 2] << 8 | answer[*answer_len - 1];
}

/* The discovery object tells whether the PIV application is the one that answers. */
static bool
is_piv_current(SCARDHANDLE card, const SCARD_IO_REQUEST *pci)
{
    unsigned char answer[MAX_BUFFER_SIZE];
    DWORD len = sizeof answer;
    return transmit(card, pci, get_discovery, sizeof get_discovery, answer, &len) == SW_OK &&
           memmem(answer, len, piv_aid, sizeof piv_aid) != NULL;
}

/* Selecting again would drop other programs' PIN state on some cards. */
static bool
make_piv_current(SCARDHANDLE card, const SCARD_IO_REQUEST *pci)
{
    unsigned char answer[MAX_BUFFER_SIZE];
    DWORD len = sizeof answer;
    if (is_piv_current(card, pci))
        return true;
    unsigned sw = transmit(card, pci, select_piv, sizeof select_piv, answer, &len);
    return sw == SW_OK || sw >> 8 == 0x61;
}

static unsigned
verify_nothing(SCARDHANDLE card, const SCARD_IO_REQUEST *pci)
{
    unsigned char answer[MAX_BUFFER_SIZE];
    DWORD len = sizeof answer;
    return transmit(card, pci, verify_empty, sizeof verify_empty, answer, &len);
}

static int
ask_tries(SCARDHANDLE card, const SCARD_IO_REQUEST *pci)
{
    if (!make_piv_current(card, pci))
        return PF_TOKENS_TRIES_UNKNOWN;
    unsigned sw = verify_nothing(card, pci);
    if (sw == SW_PIN_BLOCKED)
        return 0;
    if ((sw & 0xFFF0u) == SW_TRIES)
        return (int)(sw & 0xFu);
    return PF_TOKENS_TRIES_UNKNOWN;
}

static int
ask_pin(SCARDHANDLE card, const SCARD_IO_REQUEST *pci)
{
    if (!is_piv_current(card, pci))
        return PF_TOKENS_PIN_UNKNOWN;
    unsigned sw = verify_nothing(card, pci);
    if (sw == SW_OK)
        return PF_TOKENS_PIN_VERIFIED;
    return sw == SW_PIN_BLOCKED || (sw & 0xFFF0u) == SW_TRIES ? PF_TOKENS_PIN_NOT_VERIFIED
                                                              : PF_TOKENS_PIN_UNKNOWN;
}

/* Calls ASK on the card in READER, in one transaction; OTHERWISE where there is none. */
static int
with_card(SCARDCONTEXT context, const char *reader,
          int (*ask)(SCARDHANDLE, const SCARD_IO_REQUEST *), int otherwise)
{
    SCARDHANDLE card;
    DWORD protocol;
    int answer = otherwise;
    if (SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                     &card, &protocol) != SCARD_S_SUCCESS)
        return answer;
    if (SCardBeginTransaction(card) == SCARD_S_SUCCESS) {
        answer = ask(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1);
        SCardEndTransaction(card, SCARD_LEAVE_CARD);
    }
    SCardDisconnect(card, SCARD_LEAVE_CARD);
    return answer;
}

int
pf_tokens_tries_get(const char *reader)
{
    SCARDCONTEXT context;
    if (SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context) != SCARD_S_SUCCESS)
        return PF_TOKENS_TRIES_UNKNOWN;
    int tries = with_card(context, reader, ask_tries, PF_TOKENS_TRIES_UNKNOWN);
    SCardReleaseContext(context);
    return tries;
}

/* The only reader that the slot can be; with two of them, none. */
static const char *
find_reader(const char *readers, const char *description)
{
    const char *found = NULL;
    for (const char *name = readers; *name != '\0'; name += strlen(name) + 1) {
        if (!pf_reader_match_is_slot(description, name))
            continue;
        if (found != NULL)
            return NULL;
        found = name;
    }
    return found;
}

static int
ask_in_slot(const char *description, int (*ask)(SCARDHANDLE, const SCARD_IO_REQUEST *),
            int otherwise)
{
    SCARDCONTEXT context;
    char *readers = NULL;
    DWORD len = SCARD_AUTOALLOCATE;
    int answer = otherwise;
    if (SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context) != SCARD_S_SUCCESS)
        return answer;
    if (SCardListReaders(context, NULL, (LPSTR)&readers, &len) == SCARD_S_SUCCESS) {
        const char *reader = find_reader(readers, description);
        if (reader != NULL)
            answer = with_card(context, reader, ask, otherwise);
        SCardFreeMemory(context, readers);
    }
    SCardReleaseContext(context);
    return answer;
}

int
pf_tokens_tries_get_in_slot(const char *description)
{
    return ask_in_slot(description, ask_tries, PF_TOKENS_TRIES_UNKNOWN);
}

PfTokensPin
pf_tokens_tries_get_pin(const char *description)
{
    return (PfTokensPin)ask_in_slot(description, ask_pin, PF_TOKENS_PIN_UNKNOWN);
}
