// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool read_file(const char *path, char *text, size_t capacity) {
    FILE *file = fopen(path, "r");
    if (!file) return false;
    size_t length = fread(text, 1, capacity - 1, file);
    fclose(file);
    text[length] = 0;
    return length > 0;
}

static uint64_t number_after(const char *text, const char *label) {
    const char *found = strstr(text, label);
    uint64_t number = 0;
    if (found) sscanf(found + strlen(label), " %" SCNu64, &number);
    return number;
}

// schedstat counts nanoseconds; the clock ticks of stat are 10 ms and split the sum into user and system.
static void add_thread(pid_t process, const char *thread, struct load_usage *usage) {
    char path[320], text[4096];
    uint64_t cpu = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", process, thread);
    if (read_file(path, text, sizeof text)) sscanf(text, "%" SCNu64, &cpu);
    usage->cpu += cpu;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", process, thread);
    if (!read_file(path, text, sizeof text)) return;
    usage->context_switches += number_after(text, "\nvoluntary_ctxt_switches:");
    usage->context_switches += number_after(text, "nonvoluntary_ctxt_switches:");
}

bool load_usage_read(pid_t process, struct load_usage *usage) {
    char path[320], text[4096];
    memset(usage, 0, sizeof *usage);
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    if (!read_file(path, text, sizeof text)) return false;
    const char *after_name = strrchr(text, ')');
    if (after_name)
        sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &usage->user_ticks,
               &usage->system_ticks);
    snprintf(path, sizeof path, "/proc/%d/statm", process);
    uint64_t pages = 0;
    if (read_file(path, text, sizeof text)) sscanf(text, "%*u %" SCNu64, &pages);
    usage->resident_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    if (!threads) return false;
    for (struct dirent *entry; (entry = readdir(threads));)
        if (entry->d_name[0] != '.') add_thread(process, entry->d_name, usage);
    closedir(threads);
    return true;
}

bool load_usage_read_all(const pid_t *processes, size_t count, struct load_usage *usage) {
    memset(usage, 0, sizeof *usage);
    for (size_t index = 0; index < count; index++) {
        struct load_usage one;
        if (!load_usage_read(processes[index], &one)) return false;
        usage->cpu += one.cpu;
        usage->user_ticks += one.user_ticks;
        usage->system_ticks += one.system_ticks;
        usage->context_switches += one.context_switches;
        usage->resident_bytes += one.resident_bytes;
    }
    return true;
}
