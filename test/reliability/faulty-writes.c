/*
 * A disk that fails when it is told to: loaded before the C library (LD_PRELOAD), it counts the calls that change files
 * and has the n-th one fail.
 *
 *   FAULTY_PATH   parts of paths, divided by ':'; only calls on paths that contain one of them count
 *   FAULTY_AT     which of those calls fails, from 1 on; absent: none
 *   FAULTY_FOR    how many fail from there on; absent: 1
 *   FAULTY_HOW    ENOSPC or EIO: the call fails with that; SHORT: it writes half, and the next two fail with ENOSPC
 *                 (libuv tries once more by itself);
 *                 KILL: the process is killed before it; SLEEP: it waits two seconds and succeeds
 *   FAULTY_ROUND  counting begins anew when this changes
 *   FAULTY_LOG    a file that gets a line for each counted call: its number, name and path
 *
 * Counted are opening for writing, writing, syncing, renaming, making and removing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long count = 0;
static char round_name[64] = "";

static int matches(const char *path) {
  const char *parts = getenv("FAULTY_PATH");
  if (path == NULL || parts == NULL) return 0;
  while (*parts) {
    size_t length = strcspn(parts, ":");
    if (length > 0 && length < PATH_MAX) {
      char part[PATH_MAX];
      memcpy(part, parts, length);
      part[length] = 0;
      if (strstr(path, part) != NULL) return 1;
    }
    parts += length + (parts[length] == ':');
  }
  return 0;
}

static void tell(long number, const char *call, const char *path) {
  const char *log = getenv("FAULTY_LOG");
  if (log == NULL) return;
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
  int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return;
  if (syscall(SYS_write, file, line, (size_t)length) < 0) {}
  syscall(SYS_close, file);
}

/* 0: go on; SHORT_WRITE: write half; else the errno to fail with. */
#define SHORT_WRITE (-1)
static int fault(const char *call, const char *path) {
  if (!matches(path)) return 0;
  const char *round = getenv("FAULTY_ROUND");
  const char *at = getenv("FAULTY_AT");
  const char *many = getenv("FAULTY_FOR");
  const char *how = getenv("FAULTY_HOW");
  pthread_mutex_lock(&lock);
  if (round != NULL && strncmp(round, round_name, sizeof round_name - 1) != 0) {
    snprintf(round_name, sizeof round_name, "%s", round);
    count = 0;
  }
  long number = ++count;
  pthread_mutex_unlock(&lock);
  tell(number, call, path);
  if (at == NULL || how == NULL) return 0;
  long first = atol(at);
  long last = first + (many == NULL ? 1 : atol(many)) - 1;
  if (first <= 0) return 0;
  if (strcmp(how, "SHORT") == 0) {
    int writes = strcmp(call, "write") == 0;
    if (number == first && writes) return SHORT_WRITE;
    return (number == first && !writes) || number == first + 1 || number == first + 2 ? ENOSPC : 0;
  }
  if (number < first || number > last) return 0;
  if (strcmp(how, "KILL") == 0) {
    kill(getpid(), SIGKILL);
    pause();
  }
  if (strcmp(how, "SLEEP") == 0) {
    sleep(2);
    return 0;
  }
  return strcmp(how, "EIO") == 0 ? EIO : ENOSPC;
}

static int fault_of_file(const char *call, int file) {
  char link[64], path[PATH_MAX];
  if (getenv("FAULTY_PATH") == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fault(call, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_PATH(call, path)                 \
  do {                                        \
    int error = fault(call, path);            \
    if (error > 0) { errno = error; return -1; } \
  } while (0)

#define DEFINE_OPEN(name)                                             \
  int name(const char *path, int flags, ...) {                        \
    mode_t mode = 0;                                                  \
    if (flags & (O_CREAT | __O_TMPFILE)) {                            \
      va_list rest;                                                   \
      va_start(rest, flags);                                          \
      mode = va_arg(rest, mode_t);                                    \
      va_end(rest);                                                   \
    }                                                                 \
    if ((flags & O_ACCMODE) != O_RDONLY) FAIL_PATH("open", path);     \
    return REAL(name)(path, flags, mode);                             \
  }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(name)                                           \
  int name(int folder, const char *path, int flags, ...) {            \
    mode_t mode = 0;                                                  \
    if (flags & (O_CREAT | __O_TMPFILE)) {                            \
      va_list rest;                                                   \
      va_start(rest, flags);                                          \
      mode = va_arg(rest, mode_t);                                    \
      va_end(rest);                                                   \
    }                                                                 \
    if ((flags & O_ACCMODE) != O_RDONLY) FAIL_PATH("open", path);     \
    return REAL(name)(folder, path, flags, mode);                     \
  }
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

static size_t half(size_t size) { return size > 1 ? size / 2 : size; }

ssize_t write(int file, const void *bytes, size_t size) {
  int error = fault_of_file("write", file);
  if (error > 0) { errno = error; return -1; }
  return REAL(write)(file, bytes, error == SHORT_WRITE ? half(size) : size);
}

#define DEFINE_PWRITE(name, offset_type)                                        \
  ssize_t name(int file, const void *bytes, size_t size, offset_type offset) {  \
    int error = fault_of_file("write", file);                                   \
    if (error > 0) { errno = error; return -1; }                                \
    return REAL(name)(file, bytes, error == SHORT_WRITE ? half(size) : size, offset); \
  }
DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

ssize_t writev(int file, const struct iovec *parts, int many) {
  int error = fault_of_file("write", file);
  if (error > 0) { errno = error; return -1; }
  if (error == SHORT_WRITE) return REAL(write)(file, parts[0].iov_base, half(parts[0].iov_len));
  return REAL(writev)(file, parts, many);
}

#define DEFINE_SYNC(name)                        \
  int name(int file) {                           \
    int error = fault_of_file("sync", file);     \
    if (error > 0) { errno = error; return -1; } \
    return REAL(name)(file);                     \
  }
DEFINE_SYNC(fsync)
DEFINE_SYNC(fdatasync)

int rename(const char *from, const char *to) {
  FAIL_PATH("rename", from);
  return REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
  FAIL_PATH("mkdir", path);
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  FAIL_PATH("unlink", path);
  return REAL(unlink)(path);
}

int rmdir(const char *path) {
  FAIL_PATH("rmdir", path);
  return REAL(rmdir)(path);
}
