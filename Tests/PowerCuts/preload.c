/* A library that is preloaded into the store's process.
 *
 * NOSYNC: a list of all, log, segment, record, manifest, folder. Syncs of these do nothing and report
 * success.
 * SLOW: the longest pause after a change of names, in microseconds. It gives the system time to put
 * the change on the disk, and nothing of what follows it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of(int descriptor) {
    char link[64], path[PATH_MAX];
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) return "folder";
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return "other";
    path[count] = 0;
    if (strstr(path, "MANIFEST")) return "manifest";
    if (strstr(path, ".log")) return "log";
    if (strstr(path, ".seg")) return "segment";
    if (strstr(path, ".rec")) return "record";
    return "other";
}

static int skips(int descriptor) {
    const char *kinds = getenv("NOSYNC");
    return kinds && (strstr(kinds, "all") || strstr(kinds, kind_of(descriptor)));
}

static int slowly(int result) {
    const char *slow = getenv("SLOW");
    if (slow) usleep(rand() % (atoi(slow) + 1));
    return result;
}

#define REAL(name, ...) ((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

int fsync(int file) { return skips(file) ? 0 : REAL(fsync, int)(file); }
int fdatasync(int file) { return skips(file) ? 0 : REAL(fdatasync, int)(file); }
int mkdirat(int folder, const char *path, mode_t mode) {
    return slowly(REAL(mkdirat, int, const char *, mode_t)(folder, path, mode));
}
int unlinkat(int folder, const char *path, int flags) {
    return slowly(REAL(unlinkat, int, const char *, int)(folder, path, flags));
}
int renameat(int old, const char *path, int new, const char *to) {
    return slowly(REAL(renameat, int, const char *, int, const char *)(old, path, new, to));
}
int linkat(int old, const char *path, int new, const char *to, int flags) {
    return slowly(REAL(linkat, int, const char *, int, const char *, int)(old, path, new, to, flags));
}
