/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes the module's end of shared pages: whatever a forged agent sends in place of one.
 *
 * Three bytes choose what it is, its seals and its size; the rest is what is in it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "life-page.h"
#include "pin-page.h"
#include "state-page.h"

#define PAGE ((size_t)4096)

/* One bit each. */
static const int seals[] = {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_FUTURE_WRITE, F_SEAL_SEAL,
                            F_SEAL_WRITE};

static const off_t sizes[] = {PAGE, PAGE, PAGE, PAGE, 0, 1, PAGE - 1, PAGE + 1, 2 * PAGE};

/* A pipe, a folder, a memfd that cannot be sealed, or (mostly) one that can. */
static int
open_forged(uint8_t kind, off_t length, const void *content, size_t size)
{
    int ends[2];
    switch (kind >> 4) {
    case 1:
        if (pipe2(ends, O_CLOEXEC) < 0)
            abort();
        close(ends[1]);
        return ends[0];
    case 2:
        return open("/", O_RDONLY | O_CLOEXEC);
    case 3:
        return -1;
    default:
        break;
    }
    int fd = memfd_create("forged", MFD_CLOEXEC | (kind >> 4 == 4 ? 0 : MFD_ALLOW_SEALING));
    if (fd < 0 || pwrite(fd, content, size, 0) < 0 || ftruncate(fd, length) < 0)
        abort();
    return fd;
}

/* What is read is not left out as useless. */
static volatile uint64_t last_sum;

static void
try_state(int fd)
{
    const PfStatePage *page = NULL;
    uint64_t sum = 0;
    if (pf_state_page_map(fd, &page) < 0) {
        FUZZ_CHECK(page == NULL);
        return;
    }
    FUZZ_CHECK(page->magic == PF_STATE_PAGE_MAGIC && page->entry_count == PF_STATE_ENTRIES);
    for (unsigned i = 0; i < PF_STATE_ENTRIES; i++)
        sum += pf_state_login_serial(atomic_load(&page->entries[i].login)) +
               pf_state_login_state(atomic_load(&page->entries[i].login));
    last_sum = sum;
    /* It cannot shrink under its reader. */
    FUZZ_CHECK(ftruncate(fd, 0) < 0);
    pf_state_page_unmap(page);
}

static void
try_life(int fd, const uint8_t *content, size_t len)
{
    const PfLifePage *page = NULL;
    if (pf_life_page_map(fd, &page) < 0) {
        FUZZ_CHECK(page == NULL);
        return;
    }
    pf_life_page_is_alive(page);
    /* What was there when it was mapped may be something else now. */
    uint32_t offset = len >= 2 ? (uint32_t)(content[0] << 8 | content[1]) : 0xffffffffu;
    if (pwrite(fd, &offset, sizeof offset, sizeof(uint32_t)) > 0)
        pf_life_page_is_alive(page);
    FUZZ_CHECK(ftruncate(fd, 0) < 0);
    pf_life_page_unmap(page);
}

static void
try_board(int fd)
{
    PfSessionBoard *board = NULL;
    for (unsigned i = PF_STATE_ENTRIES - 1; i <= PF_STATE_ENTRIES; i++) {
        uint64_t sum = (uint64_t)pf_session_board_read(fd, i) +
                       pf_session_board_read_read_only(fd, i) +
                       pf_session_board_read_ended_lease(fd, i);
        FUZZ_CHECK(i < PF_STATE_ENTRIES || sum == 0);
    }
    if (pf_session_board_map(fd, &board) < 0) {
        FUZZ_CHECK(board == NULL);
        return;
    }
    atomic_store(&board->sessions[PF_STATE_ENTRIES - 1], 7);
    FUZZ_CHECK(pf_session_board_read(fd, PF_STATE_ENTRIES - 1) == 7);
    pf_session_board_unmap(board);
}

static void
try_pin(int fd)
{
    PfSecret *pin = NULL;
    int r = pf_pin_page_receive(fd, &pin);
    FUZZ_CHECK((r == 0) == (pin != NULL));
    if (pin != NULL)
        FUZZ_CHECK(pf_secret_get_length(pin) > 0 && pf_secret_get_length(pin) <= PF_SECRET_MAX);
    pf_secret_free(pin);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, data + size};
    uint8_t kind = fuzz_bytes_take(&bytes);
    uint8_t sealed = fuzz_bytes_take(&bytes);
    off_t length = sizes[fuzz_bytes_take(&bytes) % (sizeof sizes / sizeof *sizes)];
    size_t left = (size_t)(bytes.end - bytes.at);
    size_t used = left < 2 * PAGE ? left : 2 * PAGE;
    int fd = open_forged(kind, length, bytes.at, used);
    int wanted = 0;
    for (size_t i = 0; i < sizeof seals / sizeof *seals; i++)
        wanted |= (sealed & 1 << i) != 0 ? seals[i] : 0;
    if (fd >= 0)
        fcntl(fd, F_ADD_SEALS, wanted);
    switch (kind & 3) {
    case 0:
        try_state(fd);
        break;
    case 1:
        try_life(fd, bytes.at, used);
        break;
    case 2:
        try_board(fd);
        break;
    default:
        try_pin(fd);
        break;
    }
    if (fd >= 0)
        close(fd);
    return 0;
}
