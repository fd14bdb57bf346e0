/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPeerIdentity: which process is at the other end of a socket, in a way that outlives pid reuse.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;             /* 0: of a PID namespace that cannot be seen */
    guint64 start_time;    /* of /proc/PID/stat; 0: unreadable */
    guint64 pidfs_inode;   /* of a process that cannot be seen; 0: unknown */
    int pidfd;             /* becomes readable when the process ends; -1: none */
    gboolean is_exe_known; /* readable, and of our own PID namespace or a named sandbox */
    dev_t exe_device;
    ino_t exe_inode;
    char *exe;     /* path, "" when unknown */
    char *sandbox; /* Flatpak or Snap ID, or NULL */
    char *name;    /* what a person knows it by; made when first asked for */
    char *icon;    /* icon name or path, "" for none */
} PfPeerIdentity;

/* How the kernel is asked; tests put their own in to force a path or a race. */
typedef struct {
    int (*get_peer_pidfd)(int socket_fd);            /* SO_PEERPIDFD; -errno */
    int (*open_pidfd)(pid_t pid);                    /* pidfd_open(2); -errno */
    int (*read_start_time)(pid_t pid, guint64 *ret); /* 0 or -errno */
} PfPeerIdentityOps;

extern const PfPeerIdentityOps pf_peer_identity_kernel;

/* Identifies the peer of a connected AF_UNIX socket. OPS NULL: the kernel. NULL with an error when
 * the process is gone, or its pid is already another's. */
PfPeerIdentity *pf_peer_identity_new(int socket_fd, const PfPeerIdentityOps *ops, GError **error);

/* NULL is fine. */
void pf_peer_identity_free(PfPeerIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfPeerIdentity, pf_peer_identity_free)

/* Are both of one process, whatever it runs or shows of itself? */
gboolean pf_peer_identity_is_same_process(const PfPeerIdentity *a, const PfPeerIdentity *b);

/* Are both the same process running the same executable? */
gboolean pf_peer_identity_is_same(const PfPeerIdentity *a, const PfPeerIdentity *b);

/* For a GHashTable of identities that finds the same process running the same executable. */
guint pf_peer_identity_hash(gconstpointer identity);
gboolean pf_peer_identity_equal(gconstpointer a, gconstpointer b);

/* A program, apart from the processes that run it. */
typedef struct {
    gboolean is_known;
    dev_t device;
    ino_t inode;
    char *sandbox; /* Flatpak or Snap ID, or NULL */
} PfProgramMark;

/* Does the process run that program: the same file, with the same sandbox around it? Never when
 * either is not known. */
gboolean pf_peer_identity_runs(const PfPeerIdentity *identity, const PfProgramMark *program);

/* Does the process still run the executable it had? False after exec, and when it was readable and
 * is not any more. */
gboolean pf_peer_identity_is_unchanged(const PfPeerIdentity *identity);

/* Is the process unable to act: stopped, traced and halted, dead? */
gboolean pf_peer_identity_is_halted(const PfPeerIdentity *identity);

/* Does the process use a CPU, or would if there were one to have? */
gboolean pf_peer_identity_is_working(const PfPeerIdentity *identity);

/* Has it a controlling terminal? */
gboolean pf_peer_identity_has_terminal(const PfPeerIdentity *identity);

/* Name and icon of its desktop file, else the sandbox ID, else the executable's name. Borrowed. */
const char *pf_peer_identity_get_name(PfPeerIdentity *identity);
const char *pf_peer_identity_get_icon(PfPeerIdentity *identity);
