/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Mode, owner, and the first bytes, which are compared with this program's own. */
#include "doctor-library.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What files for every machine begin with. */
typedef struct {
    unsigned char ident[EI_NIDENT];
    Elf64_Half type;
    Elf64_Half machine;
} Head;

_Static_assert(offsetof(Elf32_Ehdr, e_machine) == offsetof(Head, machine), "as with 32 bits");
_Static_assert(offsetof(Elf64_Ehdr, e_machine) == offsetof(Head, machine), "as with 64 bits");

static gboolean
read_head(int fd, Head *ret_head)
{
    return fd >= 0 && pread(fd, ret_head, sizeof *ret_head, 0) == (ssize_t)sizeof *ret_head &&
           memcmp(ret_head->ident, ELFMAG, SELFMAG) == 0;
}

static PfDoctorLibrary
check_head(int fd)
{
    Head head;
    Head own;
    if (!read_head(fd, &head))
        return PF_DOCTOR_LIBRARY_NOT_ONE;
    int own_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    gboolean is_own_known = read_head(own_fd, &own);
    if (own_fd >= 0)
        close(own_fd);
    /* In this order: the bytes of other machines may be turned round. */
    if (is_own_known && (head.ident[EI_CLASS] != own.ident[EI_CLASS] ||
                         head.ident[EI_DATA] != own.ident[EI_DATA] || head.machine != own.machine))
        return PF_DOCTOR_LIBRARY_OTHER_MACHINE;
    return head.type == ET_DYN ? PF_DOCTOR_LIBRARY_OK : PF_DOCTOR_LIBRARY_NOT_ONE;
}

static PfDoctorLibrary
check_open(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return PF_DOCTOR_LIBRARY_NOT_ONE;
    PfDoctorLibrary verdict = check_head(fd);
    if (verdict == PF_DOCTOR_LIBRARY_OK &&
        ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0))
        return PF_DOCTOR_LIBRARY_WRITABLE;
    return verdict;
}

PfDoctorLibrary
pf_doctor_library_check(const char *path)
{
    /* A pipe of that name would keep us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == EACCES || errno == EPERM ? PF_DOCTOR_LIBRARY_UNREADABLE
                                                 : PF_DOCTOR_LIBRARY_MISSING;
    PfDoctorLibrary verdict = check_open(fd);
    close(fd);
    return verdict;
}
