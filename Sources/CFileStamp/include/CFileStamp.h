// SPDX-License-Identifier: Apache-2.0
#ifndef SWIFTTURN_FILE_STAMP_H
#define SWIFTTURN_FILE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/// What changes when a file does: its time, its size, or which file it is that has the name.
struct file_stamp {
    uint64_t file, size;
    int64_t seconds, nanoseconds;
};

/// In C because the fields of `struct stat` are visible to Swift or not, as it happens: several modules declare them.
/// - returns: false when there is no such regular file.
bool file_stamp_read(const char *path, struct file_stamp *stamp);

#endif
