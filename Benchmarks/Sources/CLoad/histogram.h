// SPDX-License-Identifier: Apache-2.0
#ifndef SWIFTTURN_HISTOGRAM_H
#define SWIFTTURN_HISTOGRAM_H

#include <stdint.h>

// Latencies in buckets whose width grows with their value: 1/64 of it, so percentiles are good to 2 %.
#define HISTOGRAM_STEPS 64
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 40)

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total, minimum, maximum;
};

void histogram_add(struct histogram *histogram, uint64_t value);
/// - fraction: between 0 and 1.
uint64_t histogram_percentile(const struct histogram *histogram, double fraction);

#endif
