/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests PfPinPage: what is sent arrives once, what is no PIN page is refused, a wipe reaches all.
 */
#include "pin-page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)

static size_t
page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Counts what is mapped. */
static unsigned mappings;

void *
mmap(void *area, size_t size, int protection, int flags, int fd, off_t offset)
{
    mappings++;
    return (void *)syscall(SYS_mmap, area, size, protection, flags, fd, offset);
}

/* Wiped by its sender at the worst moment: the receiver has copied it, and looks at the length. */
static PfPinPage *wiped_before_length;

ssize_t
pread(int fd, void *to, size_t size, off_t offset)
{
    PfPinPage *page = size == sizeof(uint32_t) ? wiped_before_length : NULL;
    if (page != NULL) {
        wiped_before_length = NULL;
        pf_pin_page_wipe(page);
    }
    return syscall(SYS_pread64, fd, to, size, offset);
}

static void
test_wipe_during_copy(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    PfSecret *pin = NULL;
    pf_pin_page_create(&page, "1234", 4);
    int fd = dup(page.fd);
    wiped_before_length = &page;
    CHECK_MSG(pf_pin_page_receive(fd, &pin) == -ENODATA && pin == NULL,
              "what was copied during a wipe is not received as a PIN");
    CHECK(wiped_before_length == NULL);
    close(fd);
}

static void
test_prepared(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    PF_AUTO_SECRET pin = NULL;
    pf_pin_page_prepare();
    pf_pin_page_prepare();
    CHECK(pf_pin_page_create(&page, "1234", 4) == 0);
    CHECK(pf_pin_page_receive(page.fd, &pin) == 0 && pf_secret_get_length(pin) == 4);
    CHECK_MSG(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, page.fd, 0) == MAP_FAILED,
              "a prepared page is sealed as any");
    PfPinPage other = PF_PIN_PAGE_NONE;
    CHECK(pf_pin_page_create(&other, "99", 2) == 0);
    CHECK_MSG(other.map != page.map, "it is taken once");
    pf_pin_page_wipe(&page);
    pf_pin_page_wipe(&other);
}

static void
test_round_trip(void)
{
    unsigned char most[PF_SECRET_MAX + 1];
    memset(most, 0xa5, sizeof most);
    static const size_t lengths[] = {1, 4, PF_SECRET_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        PfPinPage page = PF_PIN_PAGE_NONE;
        PF_AUTO_SECRET pin = NULL;
        CHECK_MSG(pf_pin_page_create(&page, most, lengths[i]) == 0, "page of %zu", lengths[i]);
        CHECK(pf_pin_page_receive(page.fd, &pin) == 0);
        CHECK(pf_secret_get_length(pin) == lengths[i] &&
              memcmp(pf_secret_get_bytes(pin), most, lengths[i]) == 0);
        pf_pin_page_wipe(&page);
    }
    PfPinPage page = PF_PIN_PAGE_NONE;
    CHECK(pf_pin_page_create(&page, most, PF_SECRET_MAX + 1) == -E2BIG);
    CHECK(page.fd == -1 && page.map == NULL);
}

static void
test_sender_page(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    pf_pin_page_create(&page, "1234", 4);
    CHECK((fcntl(page.fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((fcntl(page.fd, F_GET_SEALS) & ALL_SEALS) == ALL_SEALS);
    CHECK(pf_tap_mapping_has_flag(page.map, "dd"));
    CHECK(pf_tap_mapping_has_flag(page.map, "dc"));
    pf_pin_page_wipe(&page);
    CHECK(page.fd == -1 && page.map == NULL);
    pf_pin_page_wipe(&page);
    CHECK_MSG(page.fd == -1, "a second wipe does nothing");
}

static void
test_receiver_cannot_write(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    char byte = 'x';
    pf_pin_page_create(&page, "1234", 4);
    CHECK(mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, page.fd, 0) == MAP_FAILED);
    void *map = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, page.fd, 0);
    CHECK(map != MAP_FAILED && mprotect(map, page_size(), PROT_READ | PROT_WRITE) < 0);
    CHECK(pwrite(page.fd, &byte, 1, 0) < 0);
    CHECK(ftruncate(page.fd, 0) < 0);
    CHECK(ftruncate(page.fd, (off_t)(2 * page_size())) < 0);
    CHECK(fallocate(page.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) < 0);
    CHECK(fcntl(page.fd, F_ADD_SEALS, F_SEAL_WRITE) < 0);
    munmap(map, page_size());
    pf_pin_page_wipe(&page);
}

static void
test_wipe_reaches_receiver(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    pf_pin_page_create(&page, "1234", 4);
    int fd = dup(page.fd);
    const unsigned char *map = mmap(NULL, page_size(), PROT_READ, MAP_SHARED, fd, 0);
    CHECK(memmem(map, page_size(), "1234", 4) != NULL);
    pf_pin_page_wipe(&page);
    bool zero = true;
    for (size_t i = 0; i < page_size(); i++)
        zero = zero && map[i] == 0;
    CHECK_MSG(zero, "the receiver's mapping is all zero after the sender's wipe");
    PfSecret *late = NULL;
    CHECK_MSG(pf_pin_page_receive(fd, &late) == -ENODATA && late == NULL,
              "a wiped page is not received as an empty PIN");
    munmap((void *)map, page_size());
    close(fd);
}

static void
test_receiver_maps_nothing(void)
{
    PfPinPage page = PF_PIN_PAGE_NONE;
    PF_AUTO_SECRET pin = NULL;
    pf_pin_page_create(&page, "1234", 4);
    pf_secret_free(pf_secret_new("", 0)); /* there is one to take */
    unsigned before = mappings;
    CHECK(pf_pin_page_receive(page.fd, &pin) == 0 && pf_secret_get_length(pin) == 4);
    CHECK_MSG(mappings == before, "no dump and no child forked meanwhile can have the page");
    pf_pin_page_wipe(&page);
}

/* A memfd with SIZE, SEALS and its first bytes (the length word) as given. */
static int
forged(size_t size, int seals, uint32_t length)
{
    int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (ftruncate(fd, (off_t)size) < 0 ||
        (size >= sizeof length && pwrite(fd, &length, sizeof length, 0) != sizeof length) ||
        fcntl(fd, F_ADD_SEALS, seals) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void
check_refused(int fd, const char *what)
{
    PfSecret *untouched = (PfSecret *)&untouched;
    PfSecret *pin = untouched;
    CHECK_MSG(pf_pin_page_receive(fd, &pin) == -EBADMSG, "refused: %s", what);
    CHECK_MSG(pin == untouched, "no PIN comes out of it: %s", what);
    if (fd >= 0)
        close(fd);
}

static void
test_forged_pages(void)
{
    size_t page = page_size();
    check_refused(forged(page, ALL_SEALS & ~F_SEAL_SHRINK, 4), "can shrink");
    check_refused(forged(page, ALL_SEALS & ~F_SEAL_GROW, 4), "can grow");
    check_refused(forged(page, ALL_SEALS & ~F_SEAL_FUTURE_WRITE, 4), "can be written");
    check_refused(forged(page, ALL_SEALS & ~F_SEAL_SEAL, 4), "seals can be added");
    check_refused(forged(page, 0, 4), "no seals");
    check_refused(forged(0, ALL_SEALS, 0), "empty");
    check_refused(forged(page - 1, ALL_SEALS, 4), "too small");
    check_refused(forged(page + 1, ALL_SEALS, 4), "too big");
    check_refused(forged(64 * page, ALL_SEALS, 4), "many pages");
    check_refused(forged(page, ALL_SEALS, PF_SECRET_MAX + 1), "length over the limit");
    check_refused(forged(page, ALL_SEALS, (uint32_t)page), "length of the page");
    check_refused(forged(page, ALL_SEALS, UINT32_MAX), "greatest length");
    check_refused(-1, "no descriptor");
    int good = forged(page, ALL_SEALS, PF_SECRET_MAX);
    PF_AUTO_SECRET pin = NULL;
    CHECK_MSG(pf_pin_page_receive(good, &pin) == 0, "what is forged well is a page");
    close(good);
}

static void
test_other_descriptors(void)
{
    int ends[2];
    FILE *file = tmpfile();
    CHECK(file != NULL && ftruncate(fileno(file), (off_t)page_size()) == 0);
    check_refused(dup(fileno(file)), "a file of a page's size");
    fclose(file);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    check_refused(ends[0], "a pipe");
    close(ends[1]);
    check_refused(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "a directory");
    check_refused(open("/dev/zero", O_RDONLY | O_CLOEXEC), "a device");
}

int
main(void)
{
    test_round_trip();
    test_prepared();
    test_sender_page();
    test_receiver_cannot_write();
    test_wipe_reaches_receiver();
    test_wipe_during_copy();
    test_receiver_maps_nothing();
    test_forged_pages();
    test_other_descriptors();
    return pf_tap_done();
}
