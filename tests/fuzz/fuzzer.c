/* The entry that libFuzzer calls; AFL++ brings a driver that calls the same. */
#include "sequence.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    run_sequence(bytes, n);
    return 0;
}
