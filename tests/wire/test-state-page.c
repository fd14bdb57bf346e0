/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests state page and session board: who can write, who can read, what is refused. */
#include "state-page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

#define PAGE        4096u
#define STATE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | F_SEAL_FUTURE_WRITE)
#define BOARD_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static void
test_login_word(void)
{
    static const uint64_t serials[] = {0, 1, 255, 256, UINT32_MAX, (1ull << 56) - 1};
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
        for (int state = PF_LOGIN_PUBLIC; state <= PF_LOGIN_OFFICER; state++) {
            uint64_t word = pf_state_login_pack((PfLoginState)state, serials[i]);
            CHECK(pf_state_login_state(word) == (PfLoginState)state &&
                  pf_state_login_serial(word) == serials[i]);
        }
    }
}

static void
test_state_page(void)
{
    PfStatePage *written = NULL;
    const PfStatePage *read = NULL;
    int fd = pf_state_page_create(&written);
    CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(pf_state_page_map(fd, &read) == 0 && (const void *)read != (void *)written);
    CHECK(atomic_load(&read->generation) == 0 && atomic_load(&read->policy) == 0);
    atomic_store(&written->entries[PF_STATE_ENTRIES - 1].login,
                 pf_state_login_pack(PF_LOGIN_USER, 7));
    atomic_fetch_add(&written->generation, 1);
    CHECK(atomic_load(&read->generation) == 1);
    CHECK(pf_state_login_serial(atomic_load(&read->entries[PF_STATE_ENTRIES - 1].login)) == 7);
    CHECK(mprotect((void *)read, PAGE, PROT_READ | PROT_WRITE) < 0);
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    CHECK(pwrite(fd, "x", 1, 0) < 0 && ftruncate(fd, 0) < 0);
    close(fd);
    atomic_store(&written->policy, PF_POLICY_CACHE);
    CHECK_MSG(atomic_load(&read->policy) == PF_POLICY_CACHE, "works without the descriptor");
    pf_state_page_unmap(written);
    pf_state_page_unmap(read);
    pf_state_page_unmap(NULL);
}

static int
forged(size_t size, int seals, const PfStatePage *header)
{
    int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t used = size < sizeof *header ? size : sizeof *header;
    if (ftruncate(fd, (off_t)size) < 0 || pwrite(fd, header, used, 0) != (ssize_t)used ||
        fcntl(fd, F_ADD_SEALS, seals) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void
check_refused(int fd, const char *what)
{
    const PfStatePage *page = NULL;
    CHECK_MSG(pf_state_page_map(fd, &page) == -EBADMSG && page == NULL, "refused: %s", what);
    if (fd >= 0)
        close(fd);
}

static void
test_forged_state_pages(void)
{
    const PfStatePage good = {.magic = PF_STATE_PAGE_MAGIC,
                              .version = PF_STATE_PAGE_VERSION,
                              .entry_count = PF_STATE_ENTRIES};
    PfStatePage bad = good;
    check_refused(forged(PAGE, STATE_SEALS & ~F_SEAL_SHRINK, &good), "can shrink: a later SIGBUS");
    check_refused(forged(PAGE, STATE_SEALS & ~F_SEAL_FUTURE_WRITE, &good), "others can write it");
    check_refused(forged(PAGE, STATE_SEALS & ~F_SEAL_GROW, &good), "can grow");
    check_refused(forged(PAGE, STATE_SEALS & ~F_SEAL_SEAL, &good), "seals can be added");
    check_refused(forged(PAGE - 1, STATE_SEALS, &good), "too small");
    check_refused(forged((size_t)2 * PAGE, STATE_SEALS, &good), "too big");
    bad.magic ^= 1;
    check_refused(forged(PAGE, STATE_SEALS, &bad), "magic");
    bad = good;
    bad.version++;
    check_refused(forged(PAGE, STATE_SEALS, &bad), "version");
    bad = good;
    bad.entry_count++;
    check_refused(forged(PAGE, STATE_SEALS, &bad), "number of entries");
    check_refused(open("/dev/zero", O_RDWR | O_CLOEXEC), "a device");
    check_refused(-1, "no descriptor");
    int fd = forged(PAGE, STATE_SEALS, &good);
    const PfStatePage *page = NULL;
    CHECK_MSG(pf_state_page_map(fd, &page) == 0, "what is forged well is a page");
    pf_state_page_unmap(page);
    close(fd);
}

static void
test_board(void)
{
    PfSessionBoard *board = NULL;
    int fd = pf_session_board_create();
    CHECK(fd >= 0 && (fcntl(fd, F_GET_SEALS) & BOARD_SEALS) == BOARD_SEALS);
    CHECK(pf_session_board_map(fd, &board) == 0);
    atomic_store(&board->sessions[0], 3);
    atomic_store(&board->sessions[PF_STATE_ENTRIES - 1], UINT32_MAX);
    CHECK(pf_session_board_read(fd, 0) == 3);
    CHECK(pf_session_board_read(fd, PF_STATE_ENTRIES - 1) == UINT32_MAX);
    CHECK(pf_session_board_read(fd, PF_STATE_ENTRIES) == 0);
    CHECK(pf_session_board_read(fd, UINT_MAX) == 0);
    CHECK(pf_session_board_read(-1, 0) == 0);
    atomic_store(&board->read_only[0], 2);
    CHECK(pf_session_board_read_read_only(fd, 0) == 2 && pf_session_board_read(fd, 0) == 3);
    CHECK(pf_session_board_read_read_only(fd, PF_STATE_ENTRIES) == 0);
    atomic_store(&board->closings[0], 7);
    CHECK(pf_session_board_read_closings(fd, 0) == 7 && pf_session_board_read_closings(fd, 1) == 0);
    CHECK(pf_session_board_read_closings(fd, PF_STATE_ENTRIES) == 0);
    atomic_store(&board->windows[PF_STATE_ENTRIES - 1], 5);
    CHECK(pf_session_board_read_windows(fd, PF_STATE_ENTRIES - 1) == 5);
    CHECK(pf_session_board_read_windows(fd, PF_STATE_ENTRIES) == 0);
    CHECK_MSG(ftruncate(fd, 0) < 0, "the module cannot shrink it under the agent");
    CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0);
    pf_session_board_unmap(board);
    pf_session_board_unmap(NULL);
    close(fd);
    board = NULL;
    fd = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(ftruncate(fd, PAGE) == 0 && pf_session_board_map(fd, &board) == -EBADMSG &&
          board == NULL);
    close(fd);
}

int
main(void)
{
    test_login_word();
    test_state_page();
    test_forged_state_pages();
    test_board();
    return pf_tap_done();
}
