/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Keeps the mock's PINs and tries in a shared page. */
#include "mock-pin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_PINS      8
#define MIN_PIN_LEN 4
#define MAX_PIN_LEN 8

typedef struct {
    uint32_t n_overlaps;
    PfMockPin pins[N_PINS];
} Page;

static Page *page;
static int page_fd = -1;

static void
map_page(void)
{
    const char *path = getenv("PF_MOCK_STATE");
    int flags = MAP_SHARED;

    if (page != NULL)
        return;
    if (path == NULL) {
        flags = MAP_PRIVATE | MAP_ANONYMOUS;
    } else {
        page_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (page_fd < 0 || ftruncate(page_fd, sizeof(Page)) != 0)
            abort();
    }
    page = mmap(NULL, sizeof(Page), PROT_READ | PROT_WRITE, flags, page_fd, 0);
    if (page == MAP_FAILED)
        abort();
}

/* A host that loads the module again and again has no descriptor more. */
__attribute__((destructor)) static void
unmap_page(void)
{
    if (page != NULL)
        munmap(page, sizeof(Page));
    if (page_fd >= 0)
        close(page_fd);
}

/* Between processes; threads are kept apart by the mock's lock. */
static void
lock_page(int operation)
{
    if (page_fd >= 0 && flock(page_fd, operation) != 0)
        abort();
}

PfMockPin *
pf_mock_pin_get(const char *serial)
{
    PfMockPin *found = NULL;

    map_page();
    lock_page(LOCK_EX);
    for (int i = 0; i < N_PINS && found == NULL; i++) {
        PfMockPin *pin = &page->pins[i];

        if (pin->serial[0] == '\0') {
            snprintf(pin->serial, sizeof(pin->serial), "%s", serial);
            pf_mock_pin_set(pin, (const CK_BYTE *)"1234", 4);
        }
        if (strcmp(pin->serial, serial) == 0)
            found = pin;
    }
    lock_page(LOCK_UN);
    if (found == NULL)
        abort();
    return found;
}

CK_RV
pf_mock_pin_present(PfMockPin *pin, const CK_BYTE *text, CK_ULONG size)
{
    CK_RV rv = CKR_OK;

    if (size < MIN_PIN_LEN || size > MAX_PIN_LEN)
        return CKR_PIN_LEN_RANGE;
    lock_page(LOCK_EX);
    if (pin->tries == 0) {
        pin->n_blocked++;
        rv = CKR_PIN_LOCKED;
    } else if (size != pin->pin_size || memcmp(text, pin->pin, size) != 0) {
        pin->n_wrong++;
        pin->tries--;
        rv = CKR_PIN_INCORRECT;
    } else {
        pin->n_ok++;
        pin->tries = PF_MOCK_MAX_TRIES;
    }
    lock_page(LOCK_UN);
    return rv;
}

CK_RV
pf_mock_pin_set(PfMockPin *pin, const CK_BYTE *text, CK_ULONG size)
{
    if (size < MIN_PIN_LEN || size > MAX_PIN_LEN)
        return CKR_PIN_LEN_RANGE;
    memset(pin->pin, 0, sizeof(pin->pin));
    memcpy(pin->pin, text, size);
    pin->pin_size = (uint32_t)size;
    pin->tries = PF_MOCK_MAX_TRIES;
    return CKR_OK;
}

void
pf_mock_pin_count_overlap(void)
{
    map_page();
    __atomic_add_fetch(&page->n_overlaps, 1, __ATOMIC_RELAXED);
}
