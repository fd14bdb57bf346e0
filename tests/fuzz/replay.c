/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A fuzzer as an ordinary test: each file of its corpus, and what is left of it when it is cut. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "fuzz.h"

/* Each file is also replayed cut at so many places. */
#define CUTS 16

static unsigned replayed;

/* An own block for each, so that a sanitizer sees each byte that is read behind the end. */
static void
feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int
replay_file(const char *path)
{
    struct stat st;
    FILE *stream = fopen(path, "re");
    if (stream == NULL || fstat(fileno(stream), &st) < 0) {
        printf("Bail out! %s: %s\n", path, strerror(errno));
        return -1;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size + 1);
    if (data == NULL || fread(data, 1, size, stream) != size)
        abort();
    fclose(stream);
    /* Said before, so that the one that ends the process is known. */
    fprintf(stderr, "%s\n", path);
    feed(data, size);
    for (size_t i = 0; i < CUTS && size > CUTS; i++)
        feed(data, size * i / CUTS);
    free(data);
    printf("ok %u - %s\n", ++replayed, strrchr(path, '/') + 1);
    return 0;
}

static int
is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int
replay_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_shown, alphasort);
    int r = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (r == 0)
            r = replay_file(path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return r;
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    LLVMFuzzerInitialize(&argc, &argv);
    if (replay_folder(argv[1]) < 0 || replayed == 0)
        return 1;
    printf("1..%u\n", replayed);
    return 0;
}
