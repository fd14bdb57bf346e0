/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterProgram: the table, and what is the same for all of them. */
#include "register-program.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <unistd.h>

#include "program-chromium.h"
#include "program-java.h"
#include "program-mozilla.h"
#include "program-openssl.h"
#include "program-p11-kit.h"
#include "program-ssh.h"
#include "snippet-file.h"

static const PfRegisterProgram programs[] = {
    {"firefox", "Firefox", pf_program_mozilla_find_firefox, pf_program_mozilla_add,
     pf_program_mozilla_remove, pf_program_mozilla_dup_hint},
    {"thunderbird", "Thunderbird", pf_program_mozilla_find_thunderbird, pf_program_mozilla_add,
     pf_program_mozilla_remove, pf_program_mozilla_dup_hint},
    {"chromium", N_("Chromium, Chrome and similar browsers"), pf_program_chromium_find,
     pf_program_chromium_add, pf_program_chromium_remove, pf_program_chromium_dup_hint, TRUE},
    {"p11-kit", N_("GNOME and other programs (by p11-kit)"), pf_program_p11_kit_find,
     pf_program_p11_kit_add, pf_program_p11_kit_remove, NULL},
    {"ssh", "OpenSSH", pf_program_ssh_find, pf_program_ssh_add, pf_program_ssh_remove,
     pf_program_ssh_dup_hint},
    {"openssl", "OpenSSL", pf_program_openssl_find, pf_program_openssl_add, pf_snippet_file_remove,
     pf_program_openssl_dup_hint},
    {"java", "Java", pf_program_java_find, pf_program_java_add, pf_snippet_file_remove,
     pf_program_java_dup_hint},
    {NULL},
};

const PfRegisterProgram *
pf_register_program_list(void)
{
    return programs;
}

const PfRegisterProgram *
pf_register_program_find(const char *name)
{
    for (const PfRegisterProgram *program = programs; program->name != NULL; program++) {
        if (g_str_equal(program->name, name))
            return program;
    }
    return NULL;
}

/* FALSE with *ERROR where TARGET cannot be changed now. */
static gboolean
check_target(const PfRegisterTarget *target, GError **error)
{
    if (target->hindrance != NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY, target->hindrance);
    return target->hindrance == NULL;
}

static gboolean
plan_addition(const PfRegisterProgram *program, const PfRegisterPlace *place,
              const PfRegisterTarget *target, gboolean replace, PfRegisterPlan *plan,
              GError **error)
{
    gboolean is_done =
        target->is_registered && !target->is_outdated && (!replace || target->doubles->len == 0);
    if (target->is_outdated)
        pf_register_plan_set_inexact(plan);
    return is_done ||
           (check_target(target, error) && program->add(place, target, replace, plan, error));
}

static gboolean
plan_removal(const PfRegisterProgram *program, const PfRegisterPlace *place,
             const PfRegisterTarget *target, PfRegisterPlan *plan, GError **error)
{
    g_autoptr(PfRegisterRecord) record =
        pf_register_record_open(place, program->name, target->path);
    gboolean is_exact = pf_register_record_is_exact(record);
    GPtrArray *replaced = pf_register_record_get_replaced(record);
    gboolean is_there = target->is_registered || target->is_outdated;
    if (!is_exact && !is_there && replaced->len == 0)
        return TRUE;
    if (!check_target(target, error) || !pf_register_record_check(record, place, error) ||
        !(is_exact ? pf_register_plan_restore(plan, record, error)
                   : program->remove(place, target, replaced, plan, error)))
        return FALSE;
    pf_register_plan_remove_folders(plan, record);
    return TRUE;
}

PfRegisterPlan *
pf_register_program_plan(const PfRegisterProgram *program, const PfRegisterPlace *place,
                         const PfRegisterTarget *target, gboolean add, gboolean replace,
                         GError **error)
{
    g_autoptr(PfRegisterPlan) plan = pf_register_plan_new(place);
    gboolean is_planned = (!target->is_unknown || check_target(target, error)) &&
                          pf_register_place_check_inside(place, target->path, error) &&
                          (add ? plan_addition(program, place, target, replace, plan, error)
                               : plan_removal(program, place, target, plan, error));
    return is_planned ? g_steal_pointer(&plan) : NULL;
}

/* The program's own lock, so that it is not started meanwhile. -1: there is no such file; -2: it is
 * locked. */
static int
take_lock(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0 || fcntl(fd, F_SETLK, &lock) == 0)
        return fd;
    int reason = errno;
    close(fd);
    return reason == EAGAIN || reason == EACCES ? -2 : -1;
}

gboolean
pf_register_program_apply(const PfRegisterProgram *program, const PfRegisterPlace *place,
                          const PfRegisterTarget *target, gboolean add, PfRegisterPlan *plan,
                          GError **error)
{
    g_autoptr(PfRegisterRecord) record =
        pf_register_record_open(place, program->name, target->path);
    if (!pf_register_record_check(record, place, error))
        return FALSE;
    int lock = take_lock(target->lock_path);
    if (lock == -2) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                            _("the program was started meanwhile: close it and try again"));
        return FALSE;
    }
    gboolean done = pf_register_plan_apply(plan, add ? record : NULL, error);
    if (lock >= 0)
        close(lock);
    if (done && !add)
        pf_register_record_delete(record);
    return done;
}
