/** @file
 *  Machine code of small functions, for the processor and calling convention of the tests.
 *
 *  Each takes and returns whole registers, so `add` serves int32_t and uint64_t alike.
 */
#ifndef TESTS_UNIT_MACHINE_CODE_H
#define TESTS_UNIT_MACHINE_CODE_H

#include <stddef.h>
#include <stdint.h>

struct machine_code {
    const uint8_t *bytes;
    size_t size;
};

/** void(void), and also double(double): what comes in is what goes out. */
extern const struct machine_code code_of_return;

/** uint64_t(uint64_t a, uint64_t b): a + b. */
extern const struct machine_code code_of_add;

/** uint64_t(uint64_t a): 2 * a. */
extern const struct machine_code code_of_twice;

#endif
