// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFileStamp.h"

#include <sys/stat.h>

bool file_stamp_read(const char *path, struct file_stamp *stamp) {
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    stamp->file = status.st_ino;
    stamp->size = (uint64_t)status.st_size;
    stamp->seconds = status.st_mtim.tv_sec;
    stamp->nanoseconds = status.st_mtim.tv_nsec;
    return true;
}
