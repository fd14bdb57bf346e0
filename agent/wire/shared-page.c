/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One-page sealed memfds, made and checked in one place. */
#include "shared-page.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fixed, not the machine's page size: both ends of a socket may be built for different ones. */
#define SHARED_PAGE_SIZE 4096u

static int
wanted_seals(int exclusive)
{
    return F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (exclusive ? F_SEAL_FUTURE_WRITE : 0);
}

int
pf_shared_page_create(const char *name, int exclusive, void **ret_map)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    void *map = MAP_FAILED;
    if (ftruncate(fd, SHARED_PAGE_SIZE) < 0)
        goto fail;
    if (ret_map != NULL) {
        map = mmap(NULL, SHARED_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
            goto fail;
    }
    if (fcntl(fd, F_ADD_SEALS, wanted_seals(exclusive)) < 0)
        goto fail;
    if (ret_map != NULL)
        *ret_map = map;
    return fd;
fail:;
    int saved = errno;
    if (map != MAP_FAILED)
        munmap(map, SHARED_PAGE_SIZE);
    close(fd);
    return -saved;
}

int
pf_shared_page_map(int fd, int prot, int exclusive, void **ret_map)
{
    struct stat st;
    int wanted = wanted_seals(exclusive);
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & wanted) != wanted || fstat(fd, &st) < 0 ||
        st.st_size != SHARED_PAGE_SIZE)
        return -EBADMSG;
    void *map = mmap(NULL, SHARED_PAGE_SIZE, prot, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    *ret_map = map;
    return 0;
}

void
pf_shared_page_unmap(const void *map)
{
    if (map != NULL)
        munmap((void *)map, SHARED_PAGE_SIZE);
}
