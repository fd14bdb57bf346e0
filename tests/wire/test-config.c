/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests which pinfold.conf is read, and which is not trusted. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

static char base[] = "/tmp/pinfold-config-XXXXXX";
static char file[PATH_MAX];

static void
write_file(const char *path, const char *text)
{
    FILE *stream = fopen(path, "we");
    if (stream == NULL || fputs(text, stream) < 0 || fclose(stream) != 0)
        abort();
}

static const char *
module_path(const PfConfig *config, const char *name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (strcmp(config->modules[i].name, name) == 0)
            return config->modules[i].path;
    }
    return NULL;
}

/* Loads and checks whether FILE was used (its module is there) or is a problem as a whole. */
static void
check_used(bool used, const char *what)
{
    PfConfig *config = pf_config_load();
    CHECK_MSG((module_path(config, "mine") != NULL) == used, "%s is %sused", what,
              used ? "" : "not ");
    bool noted = false;
    for (size_t i = 0; i < config->problem_count; i++)
        noted =
            noted || (config->problems[i].line == 0 && strcmp(config->problems[i].file, file) == 0);
    CHECK_MSG(noted == !used, "%s is %snoted", what, used ? "not " : "");
    CHECK(config->cache_pin);
    pf_config_free(config);
}

static void
restore_file(void)
{
    unlink(file);
    rmdir(file);
    write_file(file, "[Modules]\nmine = /mine.so\n");
    chmod(file, 0600);
}

static void
test_trust(void)
{
    char other[PATH_MAX];
    restore_file();
    check_used(true, "a file of mode 0600");
    chmod(file, 0644);
    check_used(true, "a file that others can read");
    chmod(file, 0664);
    check_used(false, "a file that the group can write");
    chmod(file, 0606);
    check_used(false, "a file that everybody can write");
    restore_file();
    if (geteuid() == 0) {
        CHECK(chown(file, 65534, 65534) == 0);
        check_used(false, "somebody else's file");
        restore_file();
    } else {
        pf_tap_skip("somebody else's file", "only root can give a file away");
    }
    snprintf(other, sizeof other, "%s/other.conf", base);
    CHECK(rename(file, other) == 0 && symlink(other, file) == 0);
    check_used(true, "a link to one's own file");
    chmod(other, 0666);
    check_used(false, "a link to a file that everybody can write");
    unlink(other);
    restore_file();
}

static void
test_no_files(void)
{
    unlink(file);
    CHECK(mkdir(file, 0700) == 0);
    check_used(false, "a directory");
    rmdir(file);
    CHECK(mkfifo(file, 0600) == 0);
    check_used(false, "a FIFO that nobody writes");
    unlink(file);
    CHECK(symlink("/dev/zero", file) == 0);
    check_used(false, "an endless device");
    unlink(file);
    CHECK(symlink(file, file) == 0);
    check_used(false, "a link to itself");
    restore_file();
}

static void
test_huge(void)
{
    struct timespec start, end;
    restore_file();
    CHECK(truncate(file, (off_t)1 << 40) == 0);
    clock_gettime(CLOCK_MONOTONIC, &start);
    check_used(false, "a file of a tebibyte");
    clock_gettime(CLOCK_MONOTONIC, &end);
    CHECK(end.tv_sec - start.tv_sec < 5);
    restore_file();
}

static void
test_order(void)
{
    char only[PATH_MAX];
    snprintf(only, sizeof only, "%s/only.conf", base);
    write_file(only, "[Modules]\nonly = /only.so\n");
    chmod(only, 0600);
    setenv("PINFOLD_CONF", only, 1);
    PfConfig *config = pf_config_load();
    CHECK(module_path(config, "only") != NULL && module_path(config, "mine") == NULL);
    pf_config_free(config);
    setenv("PINFOLD_CONF", "/nonexistent/pinfold.conf", 1);
    config = pf_config_load();
    CHECK_MSG(config->problem_count == 0 && module_path(config, "mine") == NULL,
              "a missing file is no problem, and no other is read instead");
    pf_config_free(config);
    unsetenv("PINFOLD_CONF");
    unlink(only);
    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", base, 1);
    config = pf_config_load();
    CHECK_MSG(module_path(config, "mine") != NULL, "$HOME/.config where XDG_CONFIG_HOME is unset");
    pf_config_free(config);
    setenv("HOME", "relative", 1);
    config = pf_config_load();
    CHECK_MSG(module_path(config, "mine") == NULL, "a relative HOME is none");
    pf_config_free(config);
}

static void
test_without_user_file(void)
{
    restore_file();
    PfConfig *config = pf_config_load();
    CHECK(!config->has_default_modules && config->system_path != NULL &&
          strcmp(config->user_path, file) == 0);
    pf_config_free(config);
    config = pf_config_load_system();
    CHECK_MSG(module_path(config, "mine") == NULL, "the system's alone");
    CHECK_MSG(config->user_path != NULL && strcmp(config->user_path, file) == 0,
              "and where the user's would be");
    pf_config_free(config);
    write_file(file, "[Modules]\nopensc =\n");
    config = pf_config_load();
    CHECK_MSG(config->has_default_modules && module_path(config, "opensc") == NULL,
              "a removal alone leaves the built-in ones");
    pf_config_free(config);
    setenv("PINFOLD_CONF", "/nonexistent/pinfold.conf", 1);
    config = pf_config_load();
    CHECK_MSG(config->user_path == NULL, "no user's file beside the one that is named");
    CHECK(strcmp(config->system_path, "/nonexistent/pinfold.conf") == 0);
    pf_config_free(config);
    unsetenv("PINFOLD_CONF");
    restore_file();
}

static void
test_parse(void)
{
    static const char text[] = "[Modules]\na = /a.so\nb =\n[Policy]\nlock = Modules\n";
    PfConfig *config = pf_config_parse(text, sizeof text - 1);
    CHECK(strcmp(module_path(config, "a"), "/a.so") == 0);
    CHECK_MSG(module_path(config, "b")[0] == '\0', "a removal is told");
    CHECK_MSG(config->problem_count == 1 && config->problems[0].line == 5,
              "what only the system's file may say is a problem");
    pf_config_free(config);
    config = pf_config_parse("", 0);
    CHECK(config->module_count == 0 && config->problem_count == 0 && config->cache_pin);
    pf_config_free(config);
    config = pf_config_parse("[Modules\n", 9);
    CHECK(config->problem_count == 1);
    pf_config_free(config);
}

int
main(void)
{
    char folder[PATH_MAX];
    if (mkdtemp(base) == NULL)
        return 1;
    snprintf(folder, sizeof folder, "%s/.config", base);
    mkdir(folder, 0700);
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("PINFOLD_CONF");
    snprintf(folder, sizeof folder, "%s/.config/pinfold", base);
    mkdir(folder, 0700);
    snprintf(file, sizeof file, "%.4000s/pinfold.conf", folder);
    test_trust();
    test_no_files();
    test_huge();
    test_without_user_file();
    test_parse();
    test_order();
    unlink(file);
    rmdir(folder);
    *strrchr(folder, '/') = '\0';
    rmdir(folder);
    rmdir(base);
    return pf_tap_done();
}
