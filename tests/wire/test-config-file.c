/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests the reader of one pinfold.conf: keys, overrides, bad lines, long lines, any bytes. */
#include "config-file.h"

#include "config-text.h"
#include "tap.h"

static const char *
path_of(const PfConfig *config, const char *name)
{
    for (size_t i = 0; i < config->module_count; i++) {
        if (strcmp(config->modules[i].name, name) == 0)
            return config->modules[i].path;
    }
    return NULL;
}

static bool
has_problem(const PfConfig *config, unsigned line)
{
    for (size_t i = 0; i < config->problem_count; i++) {
        if (config->problems[i].line == line && strcmp(config->problems[i].file, "test.conf") == 0)
            return true;
    }
    return false;
}

static void
test_every_key(void)
{
    PfConfig *config = config_text_new("\xef\xbb\xbf; a comment\n"
                                       "# another\n"
                                       "[PKCS11]\n"
                                       "P11_EnableCachePIN = 0\n"
                                       "MD_EnableCachePIN = 1\n"
                                       "[Misc]\n"
                                       "AppIdMajor = 0x10\n"
                                       "AppIdMinor = 4294967298 ; the low half counts\n"
                                       "[Modules]\n"
                                       "card = /usr/lib/card.so\n"
                                       "soft=/usr/lib/soft.so\r\n"
                                       "[Policy]\n"
                                       "no-protected-path = chromium, certutil\tpk12util\n"
                                       "protected-path = ssh\n"
                                       "lock = Modules AppIdMajor\n",
                                       NULL);
    CHECK(config->problem_count == 0);
    CHECK(!config->cache_pin);
    CHECK(config->has_app_id && config->app_id == (0x10ull << 32 | 2));
    CHECK(config->module_count == 2 && strcmp(path_of(config, "card"), "/usr/lib/card.so") == 0);
    CHECK(strcmp(path_of(config, "soft"), "/usr/lib/soft.so") == 0);
    CHECK(pf_config_words_contain(config->no_protected_path, "chromium") &&
          pf_config_words_contain(config->no_protected_path, "certutil") &&
          pf_config_words_contain(config->no_protected_path, "pk12util"));
    CHECK(!pf_config_words_contain(config->no_protected_path, "chrom"));
    CHECK(pf_config_words_contain(config->protected_path, "ssh"));
    CHECK(pf_config_words_contain(config->lock, "AppIdMajor"));
    CHECK(!pf_config_words_contain(NULL, "ssh"));
    pf_config_free(config);
    config = config_text_new("", NULL);
    CHECK(config->problem_count == 0 && config->cache_pin && !config->has_app_id &&
          config->no_protected_path == NULL && config->module_count == 0);
    pf_config_free(config);
    pf_config_free(NULL);
}

static void
test_override(void)
{
    PfConfig *config = config_text_new("[Misc]\nAppIdMajor = 1\nAppIdMinor = 2\n"
                                       "[Modules]\na = /a.so\nb = /b.so\n",
                                       "[Misc]\nAppIdMinor = 3\n[Modules]\na = /c.so\nb =\n");
    CHECK(config->problem_count == 0);
    CHECK_MSG(config->app_id == (1ull << 32 | 3), "the user's key overrides, the other one stays");
    CHECK(strcmp(path_of(config, "a"), "/c.so") == 0);
    pf_config_file_drop_removed(config);
    CHECK_MSG(path_of(config, "b") == NULL, "an empty path removes the module");
    CHECK(config->module_count == 1);
    pf_config_free(config);
}

static void
test_cache_off_wins(void)
{
    PfConfig *config =
        config_text_new("[PKCS11]\nP11_EnableCachePIN = 0\n", "[PKCS11]\nP11_EnableCachePIN = 1\n");
    CHECK_MSG(!config->cache_pin, "the user cannot switch on what the system switched off");
    pf_config_free(config);
    config =
        config_text_new("[PKCS11]\nP11_EnableCachePIN = 1\n", "[PKCS11]\nP11_EnableCachePIN = 0\n");
    CHECK_MSG(!config->cache_pin, "the user can switch it off");
    pf_config_free(config);
}

static void
test_lock(void)
{
    PfConfig *config =
        config_text_new("[Policy]\nlock = AppIdMajor Modules protected-path\nprotected-path = ssh\n"
                        "[Misc]\nAppIdMajor = 1\n[Modules]\na = /a.so\n",
                        "[Misc]\nAppIdMajor = 9\n[Modules]\na = /evil.so\nb = /b.so\n"
                        "[Policy]\nprotected-path = all\nlock = nothing\n");
    CHECK(config->app_id >> 32 == 1);
    CHECK(config->module_count == 1 && strcmp(path_of(config, "a"), "/a.so") == 0);
    CHECK(!pf_config_words_contain(config->protected_path, "all"));
    CHECK_MSG(!pf_config_words_contain(config->lock, "nothing"), "lock is not the user's to set");
    CHECK(has_problem(config, 2) && has_problem(config, 4) && has_problem(config, 5) &&
          has_problem(config, 7) && has_problem(config, 8));
    CHECK(config->problem_count == 5);
    pf_config_free(config);
}

static void
test_bad_lines(void)
{
    static const struct {
        const char *text;
        unsigned line;
    } rows[] = {
        {"[PKCS11]\nP11_EnableCachePIN = yes\n", 2},
        {"[PKCS11]\n\nP11_EnableCachePIN =\n", 3},
        {"[Misc]\nAppIdMajor = -1\n", 2},
        {"[Misc]\nAppIdMajor = 1 2\n", 2},
        {"[Misc]\nAppIdMajor =\n", 2},
        {"[Misc]\nAppIdMajor = 0x\n", 2},
        {"[Misc]\nAppIdMajor = 99999999999999999999\n", 2},
        {"[Misc]\nAppIdMiddle = 1\n", 2},
        {"[Miscellany]\nAppIdMajor = 1\n", 2},
        {"AppIdMajor = 1\n", 1},
        {"[Modules]\ncard = card.so\n", 2},
        {"[Modules]\n\n\nno separator\n", 4},
        {"[Modules\n", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PfConfig *config = config_text_new(rows[i].text, NULL);
        if (!CHECK_MSG(config->problem_count == 1 && has_problem(config, rows[i].line),
                       "row %zu is a problem at line %u", i, rows[i].line))
            printf("# %zu problems, first at %u\n", config->problem_count,
                   config->problem_count > 0 ? config->problems[0].line : 0);
        CHECK(!config->has_app_id && config->module_count == 0);
        pf_config_free(config);
    }
}

static void
test_nul(void)
{
    static const char text[] = "[Modules]\nN\0UL = /a\nb = /b\n";
    PfConfig *config = calloc(1, sizeof *config);
    config_text_read(config, text, sizeof text - 1, PF_CONFIG_ORIGIN_SYSTEM);
    CHECK(config->problem_count == 1 && has_problem(config, 2));
    CHECK(config->module_count == 1 && path_of(config, "b") != NULL);
    pf_config_free(config);
}

static void
test_indentation(void)
{
    PfConfig *config =
        config_text_new("[Misc]\n  AppIdMajor = 1\n  AppIdMinor = 2\n\t[Modules]\n\ta = /a\n",
                        NULL);
    CHECK(config->problem_count == 0);
    CHECK(config->app_id == (1ull << 32 | 2));
    CHECK(path_of(config, "a") != NULL && strcmp(path_of(config, "a"), "/a") == 0);
    pf_config_free(config);
}

/* A line of LEN bytes whose value is a path, between two ordinary ones. */
static PfConfig *
config_with_path(size_t len, char *path, const char *tail)
{
    static char text[64 * 1024];
    memset(path, 'p', len);
    path[0] = '/';
    path[len] = '\0';
    snprintf(text, sizeof text, "[Modules]\nbefore = /b\nlong = %s%s\nafter = /a\nbad\n", path,
             tail);
    return config_text_new(text, NULL);
}

static void
test_long_lines(void)
{
    static char path[20000];
    size_t wrong = 0;
    for (size_t len = 180; len < 4000; len += len < 420 ? 1 : 97) {
        PfConfig *config = config_with_path(len, path, "");
        bool good = path_of(config, "long") != NULL && strcmp(path_of(config, "long"), path) == 0 &&
                    config->module_count == 3 && config->problem_count == 1 &&
                    has_problem(config, 5);
        if (!good && wrong == 0)
            wrong = len;
        pf_config_free(config);
    }
    CHECK_MSG(wrong == 0, "long paths are kept whole, lines are counted (first wrong: %zu)", wrong);
    PfConfig *config = config_with_path(300, path, "  ; why it is so long\r");
    CHECK_MSG(strcmp(path_of(config, "long"), path) == 0, "blanks and comments are no value");
    pf_config_free(config);
    config = config_with_path(10000, path, "");
    CHECK_MSG(path_of(config, "long") == NULL && has_problem(config, 3), "no path is that long");
    CHECK(config->module_count == 2);
    pf_config_free(config);
}

static void
test_long_nonsense(void)
{
    static char text[5000];
    memset(text, 'x', sizeof text - 1);
    PfConfig *config = config_text_new(text, NULL);
    CHECK_MSG(has_problem(config, 1) && config->problem_count == 1, "a long line without a key");
    pf_config_free(config);
    memset(text, '#', sizeof text - 1);
    config = config_text_new(text, NULL);
    CHECK_MSG(config->problem_count == 0, "a long comment");
    pf_config_free(config);
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 2] = ']';
    config = config_text_new(text, NULL);
    CHECK_MSG(has_problem(config, 1), "a long section");
    pf_config_free(config);
}

static void
test_limits(void)
{
    PfConfig *config = calloc(1, sizeof *config);
    char text[4096] = "[Modules]\n";
    for (unsigned i = 0; i <= PF_CONFIG_MODULES_MAX; i++)
        sprintf(text + strlen(text), "m%u = /m%u\n", i, i);
    config_text_read(config, text, strlen(text), PF_CONFIG_ORIGIN_SYSTEM);
    CHECK(config->module_count == PF_CONFIG_MODULES_MAX);
    CHECK(config->problem_count == 1 && has_problem(config, PF_CONFIG_MODULES_MAX + 2));
    for (unsigned i = 0; i < 2 * PF_CONFIG_PROBLEMS_MAX; i++)
        config_text_read(config, "nonsense\n", 9, PF_CONFIG_ORIGIN_SYSTEM);
    CHECK(config->problem_count == PF_CONFIG_PROBLEMS_MAX);
    pf_config_free(config);
}

/* Any bytes: read, and freed, and within the limits. The same bytes in every run. */
static void
test_any_bytes(void)
{
    static const char alphabet[] = "[]=;#: \t\n\r\"\\/0x19aPModules\0\xff\xef\xbb\xbf";
    static const char *const starts[] = {"", "[Modules]\n",
                                         "[Misc]\nAppIdMajor=", "[Policy]\nlock="};
    static char text[6000];
    uint32_t state = 20260101;
    bool good = true;
    for (unsigned round = 0; round < 3000; round++) {
        PfConfig *config = calloc(1, sizeof *config);
        size_t len = (size_t)sprintf(text, "%s", starts[round % 4]);
        size_t end = len + (round % 10 == 0 ? 5000 : 300);
        for (; len < end; len++) {
            state = state * 1664525u + 1013904223u;
            text[len] = alphabet[(state >> 16) % (sizeof alphabet - 1)];
            if (round % 3 == 0)
                text[len] = (char)(state >> 24);
        }
        config_text_read(config, text, len,
                         round % 2 ? PF_CONFIG_ORIGIN_USER : PF_CONFIG_ORIGIN_SYSTEM);
        good = good && config->module_count <= PF_CONFIG_MODULES_MAX &&
               config->problem_count <= PF_CONFIG_PROBLEMS_MAX;
        for (size_t i = 0; i < config->module_count; i++)
            good =
                good && (config->modules[i].path[0] == '/' || config->modules[i].path[0] == '\0');
        pf_config_free(config);
    }
    CHECK_MSG(good, "3000 files of any bytes stay within the limits");
}

int
main(void)
{
    test_every_key();
    test_override();
    test_cache_off_wins();
    test_lock();
    test_bad_lines();
    test_nul();
    test_indentation();
    test_long_lines();
    test_long_nonsense();
    test_limits();
    test_any_bytes();
    return pf_tap_done();
}
