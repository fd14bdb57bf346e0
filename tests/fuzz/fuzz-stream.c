/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes the private socket with any bytes: as what follows the authentication, or from the start.
 *
 * The first byte says whether the bytes are authenticated (bit 0), how many descriptors come with
 * them (bits 1 and 2) and in what portions they come (bits 3 to 5). */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent-place.h"
#include "fuzz.h"

/* What comes later comes at once: sd-bus asks for the memory of a whole message, which may say that
 * it is big, at each portion of it, and the address sanitizer copies it each time. */
#define PORTIONS_MAX 6u

static const size_t portions[] = {SIZE_MAX, 1, 7, 16, 64, 100, 1000, 4096};

/* What is sent as a descriptor: nothing else in the process is the same file. */
static int
open_gift(struct stat *ret_gift)
{
    int fd = memfd_create("gift", MFD_CLOEXEC);
    if (fd < 0 || fstat(fd, ret_gift) < 0)
        abort();
    return fd;
}

/* Closes what libsystemd (252) leaves open: it forgets the descriptors of a message that it drops
 * as malformed, and nothing tells the agent that it did. */
static void
close_forgotten_gifts(const struct stat *gift)
{
    struct stat st;
    for (int fd = 3; fd < 1024; fd++) {
        if (fstat(fd, &st) == 0 && st.st_dev == gift->st_dev && st.st_ino == gift->st_ino)
            close(fd);
    }
}

/* DATA with COUNT times the descriptor GIFT. Returns the bytes sent; 0 when the agent has closed.
 */
static size_t
send_some(int fd, const uint8_t *data, size_t size, int gift, unsigned count)
{
    char control[CMSG_SPACE(sizeof(int[3]))] = {0};
    struct iovec part = {(void *)data, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        for (unsigned i = 0; i < count; i++)
            memcpy(CMSG_DATA(header) + i * sizeof(int), &gift, sizeof gift);
    }
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    return sent > 0 ? (size_t)sent : 0;
}

/* Reads and forgets what the agent says. */
static void
drain(int fd)
{
    char buffer[4096];
    char control[CMSG_SPACE(sizeof(int[16]))];
    struct iovec part = {buffer, sizeof buffer};
    for (;;) {
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) <= 0)
            return;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL;
             header = CMSG_NXTHDR(&message, header)) {
            for (size_t at = 0;
                 header->cmsg_type == SCM_RIGHTS && at + CMSG_LEN(sizeof(int)) <= header->cmsg_len;
                 at += sizeof(int)) {
                int received;
                memcpy(&received, CMSG_DATA(header) + at, sizeof received);
                close(received);
            }
        }
    }
}

static void
authenticate(int fd)
{
    char line[128];
    char uid[16];
    char hex[33] = "";
    snprintf(uid, sizeof uid, "%u", (unsigned)geteuid());
    for (size_t i = 0; uid[i] != '\0'; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)uid[i]);
    int len = snprintf(line, sizeof line, "%cAUTH EXTERNAL %s\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n",
                       '\0', hex);
    send_some(fd, (const uint8_t *)line, (size_t)len, -1, 0);
    agent_place_turn();
    drain(fd);
}

/* It forgets the list of them too. Other leaks of sd-bus are found by fuzz-socket. */
// NOLINTNEXTLINE(bugprone-reserved-identifier): so the sanitizer names it
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
    return "leak:libsystemd.so";
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    agent_place_init();
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, data + size};
    uint8_t how = fuzz_bytes_take(&bytes);
    unsigned count = how >> 1 & 3;
    struct stat identity;
    agent_place_begin();
    int gift = open_gift(&identity);
    int fd = agent_place_connect(0);
    if ((how & 1) != 0)
        authenticate(fd);
    for (unsigned i = 0; bytes.at < bytes.end; i++) {
        size_t left = (size_t)(bytes.end - bytes.at);
        size_t portion = i < PORTIONS_MAX ? portions[how >> 3 & 7] : SIZE_MAX;
        size_t sent = send_some(fd, bytes.at, portion < left ? portion : left, gift, count);
        if (sent == 0)
            break;
        bytes.at += sent;
        agent_place_turn();
        drain(fd);
    }
    close(fd);
    agent_place_turn();
    close(gift);
    close_forgotten_gifts(&identity);
    agent_place_end();
    return 0;
}
