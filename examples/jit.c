/* Compiles arithmetic to machine code and calls it. Each argument after the first is one step.
 *
 *     jit 5 +3 x14 -7        prints 105: (5 + 3) * 14 - 7 */
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>

#include <stdio.h>
#include <stdlib.h>

/* The value is in the register of the first argument, an operand in that of the second. */
#if defined(__x86_64__)
#define ADD "\x48\x01\xf7"        /* add rdi, rsi */
#define SUB "\x48\x29\xf7"        /* sub rdi, rsi */
#define MUL "\x48\x0f\xaf\xfe"    /* imul rdi, rsi */
#define RETURN "\x48\x89\xf8\xc3" /* mov rax, rdi; ret */
static mp_status emit_operand(mp_vec_u8_rw *code, uint32_t n) {
    /* mov esi, n */
    const uint8_t load[] = {0xbe, n & 0xff, n >> 8 & 0xff, n >> 16 & 0xff, n >> 24};
    return mp_vec_u8_rw_append(code, load, sizeof load);
}
#elif defined(__aarch64__)
#define ADD "\x00\x00\x01\x8b"    /* add x0, x0, x1 */
#define SUB "\x00\x00\x01\xcb"    /* sub x0, x0, x1 */
#define MUL "\x00\x7c\x01\x9b"    /* mul x0, x0, x1 */
#define RETURN "\xc0\x03\x5f\xd6" /* ret */
static mp_status emit_operand(mp_vec_u8_rw *code, uint32_t n) {
    const uint32_t load[] = {0xd2800001 | (n & 0xffff) << 5, /* movz x1, n */
                             0xf2a00001 | (n >> 16) << 5};   /* movk x1, n >> 16, lsl 16 */
    return mp_vec_u8_rw_append(code, (const uint8_t *)load, sizeof load);
}
#else
#error "this example knows the machine code of x86-64 and AArch64 only"
#endif

static mp_status emit(mp_vec_u8_rw *code, const char *bytes, size_t n) {
    return mp_vec_u8_rw_append(code, (const uint8_t *)bytes, n);
}

static mp_status emit_step(mp_vec_u8_rw *code, const char *step) {
    if (step[0] == '\0') return MP_ERR_INVALID;
    MP_TRY(emit_operand(code, (uint32_t)strtoul(step + 1, NULL, 10)));
    switch (step[0]) {
    case '+':
        return emit(code, ADD, sizeof ADD - 1);
    case '-':
        return emit(code, SUB, sizeof SUB - 1);
    case 'x':
        return emit(code, MUL, sizeof MUL - 1);
    default:
        return MP_ERR_INVALID;
    }
}

static mp_status compile(char **steps, mp_pages_r_nw_x *out) {
    MP_AUTO(mp_vec_u8_rw) code = MP_INIT;
    MP_TRY(mp_vec_u8_rw_create(0, &code));
    while (*steps != NULL) MP_TRY(emit_step(&code, *steps++));
    MP_TRY(emit(&code, RETURN, sizeof RETURN - 1));

    MP_AUTO(mp_pages_r_w_nx) pages = MP_INIT;
    MP_TRY(mp_pages_r_w_nx_create(mp_vec_u8_rw_len(&code), &pages));
    MP_TRY(mp_pages_r_w_nx_write(&pages, 0, mp_vec_u8_rw_data(&code), mp_vec_u8_rw_len(&code)));
    return mp_pages_r_w_nx_set_protected_exec(&pages, out);
}

int main(int argc, char **argv) {
    MP_AUTO(mp_pages_r_nw_x) code = MP_INIT;
    const mp_status status = argc > 1 ? compile(argv + 2, &code) : MP_ERR_INVALID;
    if (status != MP_OK) {
        fprintf(stderr, "usage: jit NUMBER [+N | -N | xN]...\njit: %s\n", mp_status_text(status));
        return EXIT_FAILURE;
    }
    mp_fn_unary_u64 function;
    uint64_t result = 0;
    mp_expect(mp_pages_r_nw_x_fn_unary_u64(&code, 0, &function));
    mp_expect(mp_fn_unary_u64_call(&function, strtoull(argv[1], NULL, 10), &result));
    printf("%llu\n", (unsigned long long)result);
    return EXIT_SUCCESS;
}
