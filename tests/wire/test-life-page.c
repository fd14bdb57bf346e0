/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests PfLifePage: however a process ends, a reader sees it without a system call. */
#include "life-page.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define PAGE  4096u
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | F_SEAL_FUTURE_WRITE)

static void
send_fd(int channel, int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte = 0;
    struct iovec io = {.iov_base = &byte, .iov_len = 1};
    struct msghdr msg = {.msg_iov = &io,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    struct cmsghdr *part = CMSG_FIRSTHDR(&msg);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(part), &fd, sizeof fd);
    sendmsg(channel, &msg, 0);
}

static int
receive_fd(int channel)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    char byte;
    int fd = -1;
    struct iovec io = {.iov_base = &byte, .iov_len = 1};
    struct msghdr msg = {.msg_iov = &io,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof control.bytes};
    if (recvmsg(channel, &msg, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&msg) != NULL)
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
    return fd;
}

/* An agent in a child: sends its page, then does what the test tells it in one letter. */
typedef struct {
    pid_t pid;
    int channel;
    const PfLifePage *page;
} Agent;

static void *
sleep_for_ever(void *data)
{
    pause();
    return data;
}

__attribute__((noreturn)) static void
run_agent(int channel)
{
    PfLifePage *page;
    pthread_t thread;
    char order = 0;
    int fd = pf_life_page_create(&page);
    send_fd(channel, fd);
    if (read(channel, &order, 1) != 1)
        _exit(1);
    switch (order) {
    case 'e':
        _exit(0);
    case 'o':
        pf_life_page_end(page);
        break;
    case 't': /* the main thread ends, the process stays */
        pthread_create(&thread, NULL, sleep_for_ever, NULL);
        if (write(channel, "t", 1) != 1)
            _exit(1);
        pthread_exit(NULL);
    case 'x':
        execl("/bin/sleep", "sleep", "60", (char *)NULL);
        _exit(1);
    default:
        abort();
    }
    pause();
    _exit(0);
}

static Agent
start_agent(void)
{
    Agent agent = {0};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    agent.pid = fork();
    if (agent.pid == 0) {
        close(ends[0]);
        run_agent(ends[1]);
    }
    close(ends[1]);
    agent.channel = ends[0];
    int fd = receive_fd(agent.channel);
    CHECK(pf_life_page_map(fd, &agent.page) == 0);
    close(fd);
    return agent;
}

static void
end_agent(Agent *agent)
{
    kill(agent->pid, SIGKILL);
    waitpid(agent->pid, NULL, 0);
    close(agent->channel);
    pf_life_page_unmap(agent->page);
}

static bool
order(Agent *agent, const char *letter)
{
    return write(agent->channel, letter, 1) == 1;
}

/* The kernel writes the word while the thread dies; there is nothing to wait for but the word. */
static bool
dies_within(const Agent *agent, int ms)
{
    for (; ms > 0 && pf_life_page_is_alive(agent->page); ms--)
        poll(NULL, 0, 1);
    return !pf_life_page_is_alive(agent->page);
}

static void
test_killed(void)
{
    Agent agent = start_agent();
    CHECK(pf_life_page_is_alive(agent.page));
    kill(agent.pid, SIGKILL);
    waitpid(agent.pid, NULL, 0);
    CHECK_MSG(!pf_life_page_is_alive(agent.page), "killed: dead as soon as it can be waited for");
    pf_life_page_unmap(agent.page);
    close(agent.channel);
}

static void
test_stopped(void)
{
    Agent agent = start_agent();
    int status;
    kill(agent.pid, SIGSTOP);
    CHECK(waitpid(agent.pid, &status, WUNTRACED) == agent.pid && WIFSTOPPED(status));
    CHECK_MSG(pf_life_page_is_alive(agent.page), "stopped: alive");
    end_agent(&agent);
}

static void
test_orderly(void)
{
    static const struct {
        const char *letter;
        const char *what;
    } rows[] = {
        {"e", "exit"},
        {"o", "pf_life_page_end()"},
        {"t", "end of the main thread, with another one running"},
        {"x", "exec: the program that follows is no agent"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Agent agent = start_agent();
        CHECK(pf_life_page_is_alive(agent.page) && order(&agent, rows[i].letter));
        CHECK_MSG(dies_within(&agent, 5000), "%s: dead", rows[i].what);
        end_agent(&agent);
    }
}

static void
test_child_of_agent(void)
{
    PfLifePage *mine;
    const PfLifePage *page;
    int fd = pf_life_page_create(&mine);
    bool is_mapped = fd >= 0 && pf_life_page_map(fd, &page) == 0;
    CHECK(is_mapped);
    if (!is_mapped)
        return;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    CHECK_MSG(pf_life_page_is_alive(page), "the death of an agent's child is not the agent's");
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    pf_life_page_end(mine);
    CHECK(!pf_life_page_is_alive(page));
    pf_life_page_unmap(page);
    pf_life_page_end(NULL);
    close(fd);
}

static int
forged(uint32_t magic, uint32_t offset, int seals)
{
    uint32_t words[] = {magic, offset, 0, 0};
    int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (ftruncate(fd, PAGE) < 0 || pwrite(fd, words, sizeof words, 0) != sizeof words ||
        fcntl(fd, F_ADD_SEALS, seals) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void
test_forged(void)
{
    PfLifePage *mine;
    int own = pf_life_page_create(&mine);
    uint32_t head[2];
    CHECK(pread(own, head, sizeof head, 0) == sizeof head);
    const struct {
        const char *what;
        uint32_t magic, offset;
        int seals, expect;
    } rows[] = {
        {"as made", head[0], head[1], SEALS, 0},
        {"magic", head[0] ^ 1, head[1], SEALS, -EBADMSG},
        {"offset at the end", head[0], PAGE, SEALS, -EBADMSG},
        {"offset across the end", head[0], PAGE - 2, SEALS, -EBADMSG},
        {"odd offset", head[0], 3, SEALS, -EBADMSG},
        {"greatest offset", head[0], UINT32_MAX - 3, SEALS, -EBADMSG},
        {"can shrink", head[0], head[1], SEALS & ~F_SEAL_SHRINK, -EBADMSG},
        {"others can write", head[0], head[1], SEALS & ~F_SEAL_FUTURE_WRITE, -EBADMSG},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const PfLifePage *page = NULL;
        int fd = forged(rows[i].magic, rows[i].offset, rows[i].seals);
        CHECK_MSG(fd >= 0 && pf_life_page_map(fd, &page) == rows[i].expect, "page with: %s",
                  rows[i].what);
        if (page != NULL)
            CHECK_MSG(!pf_life_page_is_alive(page), "nobody holds a page that nobody locked");
        pf_life_page_unmap(page);
        close(fd);
    }
    pf_life_page_end(mine);
    close(own);
}

__attribute__((noreturn)) static void
read_moved(void *data)
{
    _exit(pf_life_page_is_alive(data) ? 1 : 0);
}

/* Whoever made the page can still write it: a reader in a foreign program must not be led astray.
 */
static void
test_offset_moves_later(void)
{
    PfLifePage *mine;
    const PfLifePage *page;
    int fd = pf_life_page_create(&mine);
    CHECK(pf_life_page_map(fd, &page) == 0);
    uint32_t *word = (uint32_t *)(void *)mine + 1, kept = *word;
    *word = 0x7ffffff0;
    int status = pf_tap_fork(read_moved, (void *)page);
    CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "an offset changed later: dead");
    *word = kept;
    pf_life_page_end(mine);
    pf_life_page_unmap(page);
    close(fd);
}

int
main(void)
{
    test_killed();
    test_stopped();
    test_orderly();
    test_child_of_agent();
    test_forged();
    test_offset_moves_later();
    return pf_tap_done();
}
