/* What a disk has for certain: a copy of each file as of its last fsync or fdatasync.
 *
 * Loaded before libc (LD_PRELOAD). CHAOS_DISK is the folder that is watched, CHAOS_PLATTER the one
 * of the copies; both are real paths. A copy stands under the file's path below the folder, with
 * '%' for '/'. A rename takes its copy along, a file that is unlinked loses it.
 *
 * Owns the copies. Must not change what a program reads or writes; what comes of a power cut is
 * for power.py to say.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Where the copy of a file stands; 0 when the file is none of ours. */
static int copy_of(const char *path, char *copy)
{
    const char *disk = getenv("CHAOS_DISK"), *platter = getenv("CHAOS_PLATTER");
    size_t length = disk == NULL ? 0 : strlen(disk);
    if (length == 0 || platter == NULL || strncmp(path, disk, length) != 0 || path[length] != '/')
        return 0;
    size_t start = strlen(platter) + 1;
    if (snprintf(copy, PATH_MAX, "%s/%s", platter, path + length + 1) >= PATH_MAX)
        return 0;
    for (char *at = copy + start; *at != '\0'; at++)
        if (*at == '/')
            *at = '%';
    return 1;
}

/* 0 when all bytes of `from` are in `draft`. */
static int fill(int from, int draft)
{
    static __thread char buffer[65536];
    off_t at = 0;
    ssize_t got;
    while ((got = syscall(SYS_pread64, from, buffer, sizeof buffer, at)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t put = syscall(SYS_write, draft, buffer + done, got - done);
            if (put <= 0)
                return -1;
            done += put;
        }
        at += got;
    }
    return got == 0 ? 0 : -1;
}

/* The file behind this descriptor is on the disk now. A copy that cannot be made is a disk that
 * could not write: never a promise that the harness would break. */
static int keep(int fd)
{
    char link[64], path[PATH_MAX], copy[PATH_MAX], draft_path[PATH_MAX];
    struct stat about;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        return 0;
    path[length] = '\0';
    if (!copy_of(path, copy))
        return 0;
    const char *name = strrchr(copy, '/') + 1;
    if (snprintf(draft_path, sizeof draft_path, "%.*s.%ld.%s", (int)(name - copy), copy,
                 syscall(SYS_gettid), name) >= (int)sizeof draft_path)
        return -1;
    /* By path: the program may have opened it for writing alone. */
    int from = syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
    int draft = syscall(SYS_openat, AT_FDCWD, draft_path,
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int failed = from < 0 || draft < 0 || fill(from, draft) != 0;
    if (from >= 0)
        syscall(SYS_close, from);
    if (draft >= 0)
        syscall(SYS_close, draft);
    if (!failed)
        failed = syscall(SYS_renameat2, AT_FDCWD, draft_path, AT_FDCWD, copy, 0) != 0;
    if (failed)
        errno = ENOSPC;
    return failed ? -1 : 0;
}

int fsync(int fd)
{
    return REAL(fsync)(fd) == 0 ? keep(fd) : -1;
}

int fdatasync(int fd)
{
    return REAL(fdatasync)(fd) == 0 ? keep(fd) : -1;
}

static void move_copy(const char *was, const char *now)
{
    char real[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
    if (realpath(now, real) == NULL || !copy_of(real, to))
        return;
    if (!copy_of(was, from) || syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0) != 0)
        syscall(SYS_unlinkat, AT_FDCWD, to, 0); /* never synced: its name may outlive its bytes */
}

int rename(const char *old, const char *new)
{
    char was[PATH_MAX] = "";
    int known = realpath(old, was) != NULL;
    int result = REAL(rename)(old, new);
    if (result == 0 && known)
        move_copy(was, new);
    return result;
}

int unlink(const char *path)
{
    char real[PATH_MAX] = "", copy[PATH_MAX];
    int known = realpath(path, real) != NULL;
    int result = REAL(unlink)(path);
    if (result == 0 && known && copy_of(real, copy))
        syscall(SYS_unlinkat, AT_FDCWD, copy, 0);
    return result;
}
