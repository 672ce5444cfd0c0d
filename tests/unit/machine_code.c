#include "machine_code.h"

#if defined(__x86_64__) && defined(_WIN32)
static const uint8_t return_bytes[] = {0xc3};
static const uint8_t add_bytes[] = {0x48, 0x8d, 0x04, 0x11, 0xc3};   /* lea rax, [rcx + rdx] */
static const uint8_t twice_bytes[] = {0x48, 0x8d, 0x04, 0x09, 0xc3}; /* lea rax, [rcx + rcx] */
#elif defined(__x86_64__)
static const uint8_t return_bytes[] = {0xc3};
static const uint8_t add_bytes[] = {0x48, 0x8d, 0x04, 0x37, 0xc3};   /* lea rax, [rdi + rsi] */
static const uint8_t twice_bytes[] = {0x48, 0x8d, 0x04, 0x3f, 0xc3}; /* lea rax, [rdi + rdi] */
#elif defined(__aarch64__)
static const uint8_t return_bytes[] = {0xc0, 0x03, 0x5f, 0xd6};
static const uint8_t add_bytes[] = {0x00, 0x00, 0x01, 0x8b, 0xc0, 0x03, 0x5f, 0xd6};
static const uint8_t twice_bytes[] = {0x00, 0x00, 0x00, 0x8b, 0xc0, 0x03, 0x5f, 0xd6};
#else
#error "the tests' machine code is not known for this processor"
#endif

const struct machine_code code_of_return = {return_bytes, sizeof return_bytes};
const struct machine_code code_of_add = {add_bytes, sizeof add_bytes};
const struct machine_code code_of_twice = {twice_bytes, sizeof twice_bytes};
