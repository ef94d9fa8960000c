// SPDX-License-Identifier: Apache-2.0
#include "histogram.h"

// Below HISTOGRAM_STEPS a bucket is one value wide, then it doubles with each power of two.
static uint32_t bucket_of(uint64_t value) {
    if (value < HISTOGRAM_STEPS) return (uint32_t)value;
    uint32_t exponent = 63 - (uint32_t)__builtin_clzll(value) - 6;
    uint32_t bucket = (exponent + 1) * HISTOGRAM_STEPS + (uint32_t)((value >> exponent) - HISTOGRAM_STEPS);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t value_of(uint32_t bucket) {
    if (bucket < HISTOGRAM_STEPS) return bucket;
    uint32_t exponent = bucket / HISTOGRAM_STEPS - 1;
    return (uint64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << exponent;
}

void histogram_add(struct histogram *histogram, uint64_t value) {
    histogram->counts[bucket_of(value)]++;
    if (histogram->total++ == 0 || value < histogram->minimum) histogram->minimum = value;
    if (value > histogram->maximum) histogram->maximum = value;
}

uint64_t histogram_percentile(const struct histogram *histogram, double fraction) {
    uint64_t rank = (uint64_t)((double)histogram->total * fraction), seen = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen > rank) return value_of(bucket);
    }
    return histogram->maximum;
}
