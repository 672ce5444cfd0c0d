/* src/mp_compiler.h and the inline checks of ranges, for all values of size_t. */
#include "proof.h"

#include "memory_pages/mp_region.h"
#include "mp_compiler.h"

typedef unsigned __int128 wide;

static size_t any_power_of_two(void) { return (size_t)1 << any_size_in(0, 63); }

void checked_add(void) {
    const size_t a = any_size(), b = any_size();
    size_t sum;
    const bool fits = mp_checked_add(a, b, &sum);
    CLAIM(fits == ((wide)a + b <= SIZE_MAX));
    CLAIM(!fits || sum == (wide)a + b);
}

void checked_mul(void) {
    const size_t a = any_size(), b = ELEMENT_SIZE;
    size_t product;
    const bool fits = mp_checked_mul(a, b, &product);
    CLAIM(fits == (a <= SIZE_MAX / b));
    CLAIM(!fits || product == (wide)a * b);
}

void round_up(void) {
    const size_t bytes = any_size(), unit = any_power_of_two();
    size_t rounded;
    if (mp_round_up(bytes, unit, &rounded)) {
        CLAIM(rounded % unit == 0);
        CLAIM(rounded >= bytes && rounded - bytes < unit);
    } else {
        CLAIM((wide)bytes + unit - 1 > SIZE_MAX);
    }
}

void round_down(void) {
    const size_t bytes = any_size(), unit = any_power_of_two();
    const size_t rounded = mp_round_down(bytes, unit);
    CLAIM(rounded % unit == 0);
    CLAIM(rounded <= bytes && bytes - rounded < unit);
}

void is_power_of_two_or_zero(void) {
    const size_t n = any_size();
    unsigned bits = 0;
    for (unsigned i = 0; i < 64; i++) bits += (n >> i) & 1;
    CLAIM(mp_is_power_of_two_or_zero(n) == (bits <= 1));
}

void range_is_inside(void) {
    const size_t first = any_size(), n = any_size(), len = any_size();
    CLAIM(mp_range_is_inside(first, n, len) == ((wide)first + n <= len));
}
