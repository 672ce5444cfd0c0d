/* An element of 32 bytes: more than a register, less than a cache line. */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include <stdint.h>

struct record {
    uint64_t key;
    uint64_t time;
    double low;
    double high;
};

#endif
