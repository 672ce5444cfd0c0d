/** @file
 *  Machine code of small functions, for the processor and calling convention of the tests.
 */
#ifndef TESTS_UNIT_MACHINE_CODE_H
#define TESTS_UNIT_MACHINE_CODE_H

#include <stddef.h>
#include <stdint.h>

struct machine_code {
    const uint8_t *bytes;
    size_t size;
};

/** void(void). */
extern const struct machine_code code_of_return;

/** uint64_t(uint64_t a, uint64_t b): a + b. */
extern const struct machine_code code_of_add;

/** uint64_t(uint64_t a): 2 * a. */
extern const struct machine_code code_of_twice;

/** int32_t(int32_t a, int32_t b): a + b. */
extern const struct machine_code code_of_add_i32;

/** double(double a): a. */
extern const struct machine_code code_of_same_f64;

#endif
