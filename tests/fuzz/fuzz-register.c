/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes the lists of modules that other programs have: any bytes as such a file.
 *
 * The first line says which one it is: see kinds; with “+” behind it doubles are replaced. What is
 * refused leaves the file as it was; what is registered is there then; and unregistering puts back
 * every byte. */
#include <ftw.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "fuzz.h"
#include "register-program.h"

#define MODULE  "/opt/pinfold/pinfold-pkcs11.so"
#define BACKEND "/opt/other/backend.so"

typedef struct {
    const char *name;
    const char *program;
    const char *path; /* of the file: below home, or below the image where is_system */
    gboolean is_system;
    gboolean is_planned_only; /* by tools of others, or in places that the file names */
} Kind;

static const Kind kinds[] = {
    {"ssh", "ssh", ".ssh/config", FALSE, FALSE},
    {"java", "java", ".config/pinfold/java-pkcs11.cfg", FALSE, FALSE},
    {"pkcs11.txt", "chromium", ".pki/nssdb/pkcs11.txt", FALSE, TRUE},
    {"profiles.ini", "firefox", ".mozilla/firefox/profiles.ini", FALSE, TRUE},
    {"policies", "firefox", "etc/firefox/policies/policies.json", TRUE, FALSE},
    {"p11-kit", "p11-kit", "etc/pkcs11/modules/pinfold.module", TRUE, FALSE},
    {"p11-kit-other", "p11-kit", "etc/pkcs11/modules/other.module", TRUE, FALSE},
};

static char *top;
static char *home;
static char *image;

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    return remove(path);
}

static void
remove_all(void)
{
    nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static GLogWriterOutput
drop_message(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    FUZZ_CHECK((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0);
    return G_LOG_WRITER_HANDLED;
}

static void
set_folder(const char *variable, const char *name)
{
    g_autofree char *path = g_build_filename(home, name, NULL);
    g_setenv(variable, path, TRUE);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    /* Each input is written to files, and waits for them. */
    if (g_access("/dev/shm", W_OK) == 0)
        g_setenv("TMPDIR", "/dev/shm", TRUE);
    top = g_dir_make_tmp("pf-fuzz-XXXXXX", NULL);
    FUZZ_CHECK(top != NULL);
    atexit(remove_all);
    home = g_build_filename(top, "home", NULL);
    image = g_build_filename(top, "image", NULL);
    g_autofree char *conf = g_build_filename(top, "pinfold.conf", NULL);
    g_setenv("HOME", home, TRUE);
    g_setenv("PINFOLD_CONF", conf, TRUE);
    set_folder("XDG_CONFIG_HOME", ".config");
    set_folder("XDG_DATA_HOME", ".local/share");
    set_folder("XDG_STATE_HOME", ".local/state");
    FUZZ_CHECK(g_mkdir(home, 0700) == 0 && g_mkdir(image, 0755) == 0);
    FUZZ_CHECK(g_file_set_contents(conf, "[Modules]\nother = " BACKEND "\n", -1, NULL));
    g_log_set_writer_func(drop_message, NULL, NULL);
    return 0;
}

static gboolean
is_text(const char *path, const char *text, gsize len)
{
    char *now;
    gsize now_len;
    if (!g_file_get_contents(path, &now, &now_len, NULL))
        return FALSE;
    gboolean is_same = now_len == len && memcmp(now, text, len) == 0;
    g_free(now);
    return is_same;
}

/* The target that has the file at PATH; NULL where none has. */
static const PfRegisterTarget *
find_target(const PfRegisterSight *sight, const char *path)
{
    for (guint i = 0; i < sight->targets->len; i++) {
        const PfRegisterTarget *target = sight->targets->pdata[i];
        FUZZ_CHECK(g_utf8_validate(target->label, -1, NULL));
        FUZZ_CHECK(!target->is_unknown || target->hindrance != NULL);
        if (g_str_equal(target->path, path))
            return target;
    }
    return sight->targets->len == 1 ? sight->targets->pdata[0] : NULL;
}

/* One step: TRUE where something was changed, FALSE where nothing was to be, or could be. */
static gboolean
change(const Kind *kind, const PfRegisterPlace *place, const char *path, gboolean add,
       gboolean replace)
{
    const PfRegisterProgram *program = pf_register_program_find(kind->program);
    g_autoptr(PfRegisterSight) sight = pf_register_target_sight_new();
    g_autoptr(GError) error = NULL;
    program->find(place, sight);
    const PfRegisterTarget *target = find_target(sight, path);
    if (target == NULL)
        return FALSE;
    g_autoptr(PfRegisterPlan) plan =
        pf_register_program_plan(program, place, target, add, replace, &error);
    FUZZ_CHECK((plan == NULL) == (error != NULL));
    if (plan == NULL)
        return FALSE;
    g_auto(GStrv) lines = pf_register_plan_describe(plan);
    for (char **line = lines; *line != NULL; line++)
        FUZZ_CHECK(g_utf8_validate(*line, -1, NULL));
    if (kind->is_planned_only || pf_register_plan_is_empty(plan))
        return FALSE;
    if (!pf_register_program_apply(program, place, target, add, plan, &error))
        fprintf(stderr, "%s\n", error->message);
    FUZZ_CHECK(error == NULL);
    return TRUE;
}

typedef struct {
    gboolean is_registered;
    gboolean is_outdated;
} State;

static State
look(const Kind *kind, const PfRegisterPlace *place, const char *path)
{
    g_autoptr(PfRegisterSight) sight = pf_register_target_sight_new();
    pf_register_program_find(kind->program)->find(place, sight);
    const PfRegisterTarget *target = find_target(sight, path);
    return target != NULL ? (State){target->is_registered, target->is_outdated} : (State){0};
}

static void
play(const Kind *kind, const PfRegisterPlace *place, const char *path, gboolean replace,
     const char *text, gsize len)
{
    State before = look(kind, place, path);
    if (change(kind, place, path, TRUE, replace)) {
        State now = look(kind, place, path);
        FUZZ_CHECK(now.is_registered && !now.is_outdated);
        FUZZ_CHECK(!change(kind, place, path, TRUE, replace)); /* once is enough */
        FUZZ_CHECK(change(kind, place, path, FALSE, FALSE));
        /* Of an older installation nothing comes back. */
        if (before.is_outdated)
            return;
    }
    FUZZ_CHECK(is_text(path, text, len));
    /* What somebody else has put in goes as well. */
    if (change(kind, place, path, FALSE, FALSE)) {
        State now = look(kind, place, path);
        FUZZ_CHECK(!now.is_registered && !now.is_outdated);
    } else {
        FUZZ_CHECK(is_text(path, text, len));
    }
}

static void
play_file(const Kind *kind, gboolean replace, const char *text, gsize len)
{
    g_autofree char *path = g_build_filename(kind->is_system ? image : home, kind->path, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(PfRegisterPlace) place =
        pf_register_place_new(MODULE, kind->is_system, kind->is_system ? image : NULL, NULL);
    FUZZ_CHECK(place != NULL);
    FUZZ_CHECK(g_mkdir_with_parents(folder, 0700) == 0);
    FUZZ_CHECK(
        g_file_set_contents_full(path, text, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    play(kind, place, path, replace, text, len);
    g_unlink(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    if (end == NULL)
        return 0;
    gboolean replace = end > data && end[-1] == '+';
    g_autofree char *name = g_strndup((const char *)data, (gsize)(end - data) - replace);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_equal(kinds[i].name, name))
            play_file(&kinds[i], replace, (const char *)end + 1, size - (gsize)(end - data) - 1);
    }
    return 0;
}
