#include "machine_code.h"
#include "world.h"

#include "pages_types.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

enum { REFERENCES = 8 };

static struct reference {
    bool is_unary;
    mp_fn_unary_u64 unary;
    mp_fn_binary_u64 binary;
    version version; /* 0: never current */
    size_t offset;
} references[REFERENCES];

static bool is_current(const struct reference *reference) {
    return reference->is_unary ? mp_fn_unary_u64_is_current(&reference->unary)
                               : mp_fn_binary_u64_is_current(&reference->binary);
}

static mp_status refer(struct reference *reference, const struct pages *pages) {
    const void *handle = &pages->handle;
    const size_t offset = reference->offset;
    const bool is_readable = (pages->type->access & MP_ACCESS_READ) != 0;
    if (reference->is_unary)
        return is_readable ? mp_pages_r_nw_x_fn_unary_u64(handle, offset, &reference->unary)
                           : mp_pages_nr_nw_x_fn_unary_u64(handle, offset, &reference->unary);
    return is_readable ? mp_pages_r_nw_x_fn_binary_u64(handle, offset, &reference->binary)
                       : mp_pages_nr_nw_x_fn_binary_u64(handle, offset, &reference->binary);
}

void op_code_refer(const uint8_t *argument) {
    struct reference *reference = &references[argument[0] % REFERENCES];
    const struct pages *pages = &all_pages[argument[1] % PAGES];
    if ((pages->type->access & MP_ACCESS_EXEC) == 0) return;
    memset(reference, 0xa5, sizeof *reference);
    reference->offset = argument[2] == UINT8_MAX ? SIZE_MAX : argument[2] * (size_t)16;
    reference->is_unary = argument[3] % 2 != 0;
    const bool is_outside = pages->len != 0 && reference->offset >= pages->len;
    require_status(pages->len == 0 ? MP_ERR_EMPTY
                   : is_outside    ? MP_ERR_OUT_OF_RANGE
                                   : MP_OK,
                   refer(reference, pages));
    reference->version = is_outside ? 0 : pages->version;
}

static bool holds(const struct pages *pages, size_t offset, struct machine_code code) {
    return offset + code.size <= pages->len &&
           memcmp(pages->content + offset, code.bytes, code.size) == 0;
}

static mp_status call(const struct reference *reference, uint64_t a, uint64_t b, uint64_t *out) {
    return reference->is_unary ? mp_fn_unary_u64_call(&reference->unary, a, out)
                               : mp_fn_binary_u64_call(&reference->binary, a, b, out);
}

void op_code_call(const uint8_t *argument) {
    const struct reference *reference = &references[argument[0] % REFERENCES];
    const struct pages *pages = pages_with(reference->version);
    const uint64_t a = argument[1], b = argument[2];
    uint64_t result = 12345;
    if (pages == NULL) {
        require_status(MP_ERR_STALE, call(reference, a, b, &result));
        require(result == 12345);
        return;
    }
    const bool adds = !reference->is_unary && holds(pages, reference->offset, code_of_add);
    if (!adds && !holds(pages, reference->offset, code_of_twice)) return;
    require_status(MP_OK, call(reference, a, b, &result));
    require(result == (adds ? a + b : 2 * a));
}

void code_begin(void) { memset(references, 0, sizeof references); }

void code_check(bool all) {
    (void)all;
    for (size_t i = 0; i < REFERENCES; i++)
        require(is_current(&references[i]) == (pages_with(references[i].version) != NULL));
}

void code_end(void) {}
