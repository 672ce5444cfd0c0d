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
#elif defined(__riscv) && __riscv_xlen == 64
static const uint8_t return_bytes[] = {0x67, 0x80, 0x00, 0x00};
static const uint8_t add_bytes[] = {0x33, 0x05, 0xb5, 0x00, 0x67, 0x80, 0x00, 0x00};
static const uint8_t twice_bytes[] = {0x33, 0x05, 0xa5, 0x00, 0x67, 0x80, 0x00, 0x00};
#elif defined(__powerpc64__) && _CALL_ELF == 2
static const uint8_t return_bytes[] = {0x20, 0x00, 0x80, 0x4e};
static const uint8_t add_bytes[] = {0x14, 0x22, 0x63, 0x7c, 0x20, 0x00, 0x80, 0x4e};
static const uint8_t twice_bytes[] = {0x14, 0x1a, 0x63, 0x7c, 0x20, 0x00, 0x80, 0x4e};
#elif defined(__s390x__)
static const uint8_t return_bytes[] = {0x07, 0xfe};
static const uint8_t add_bytes[] = {0xb9, 0x08, 0x00, 0x23, 0x07, 0xfe};
static const uint8_t twice_bytes[] = {0xb9, 0x08, 0x00, 0x22, 0x07, 0xfe};
#elif defined(__i386__)
static const uint8_t return_bytes[] = {0xc3};
static const uint8_t add_bytes[] = {0x8b, 0x44, 0x24, 0x04, /* mov eax, [esp + 4] */
                                    0x8b, 0x54, 0x24, 0x08, /* mov edx, [esp + 8] */
                                    0x03, 0x44, 0x24, 0x0c, /* add eax, [esp + 12] */
                                    0x13, 0x54, 0x24, 0x10, /* adc edx, [esp + 16] */
                                    0xc3};
static const uint8_t twice_bytes[] = {0x8b, 0x44, 0x24, 0x04, /* mov eax, [esp + 4] */
                                      0x8b, 0x54, 0x24, 0x08, /* mov edx, [esp + 8] */
                                      0x01, 0xc0,             /* add eax, eax */
                                      0x11, 0xd2,             /* adc edx, edx */
                                      0xc3};
static const uint8_t add_i32_bytes[] = {0x8b, 0x44, 0x24, 0x04, /* mov eax, [esp + 4] */
                                        0x03, 0x44, 0x24, 0x08, /* add eax, [esp + 8] */
                                        0xc3};
static const uint8_t same_f64_bytes[] = {0xdd, 0x44, 0x24, 0x04, /* fld qword [esp + 4] */
                                         0xc3};
#define ARGUMENTS_ARE_ON_THE_STACK
#else
#error "the tests' machine code is not known for this processor"
#endif

#ifndef ARGUMENTS_ARE_ON_THE_STACK
/* A register holds an int32_t as it does a uint64_t; the first double is where the result is. */
#define add_i32_bytes add_bytes
#define same_f64_bytes return_bytes
#endif

const struct machine_code code_of_return = {return_bytes, sizeof return_bytes};
const struct machine_code code_of_add = {add_bytes, sizeof add_bytes};
const struct machine_code code_of_twice = {twice_bytes, sizeof twice_bytes};
const struct machine_code code_of_add_i32 = {add_i32_bytes, sizeof add_i32_bytes};
const struct machine_code code_of_same_f64 = {same_f64_bytes, sizeof same_f64_bytes};
