/* Loops whose machine code test_assembly.py looks at. */
#include <memory_pages/mp_slice_u64.h>
#include <memory_pages/mp_vec_f64_rw.h>
#include <memory_pages/mp_vec_f64_writer.h>
#include <memory_pages/mp_vec_u64_rw.h>
#include <memory_pages/mp_vec_u64_writer.h>
#include <memory_pages/mp_vec_u8_rw.h>
#include <memory_pages/mp_vec_u8_writer.h>

/* ---- Reading --------------------------------------------------------------------------------- */

uint64_t sum_pointer(const uint64_t *data, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += data[i];
    return sum;
}

uint64_t sum_data(const mp_vec_u64_rw *vec) {
    const uint64_t *data = mp_vec_u64_rw_data(vec);
    uint64_t sum = 0;
    for (size_t i = 0; i < mp_vec_u64_rw_len(vec); i++) sum += data[i];
    return sum;
}

uint64_t sum_get_unchecked(const mp_vec_u64_rw *vec) {
    uint64_t sum = 0;
    for (size_t i = 0; i < mp_vec_u64_rw_len(vec); i++) sum += mp_vec_u64_rw_get_unchecked(vec, i);
    return sum;
}

uint64_t sum_slice(mp_slice_u64 slice) {
    uint64_t sum = 0;
    for (size_t i = 0; i < mp_slice_u64_len(slice); i++)
        sum += mp_slice_u64_get_unchecked(slice, i);
    return sum;
}

/* ---- Writing --------------------------------------------------------------------------------- */

#define LOOPS(element, type)                                                                       \
    void push_##element(mp_vec_##element##_rw *vec, type value, size_t n) {                        \
        for (size_t i = 0; i < n; i++)                                                             \
            if (mp_vec_##element##_rw_push(vec, value) != MP_OK) return;                           \
    }                                                                                              \
    void write_##element(mp_vec_##element##_rw *vec, type value, size_t n) {                       \
        mp_vec_##element##_writer writer = mp_vec_##element##_rw_writer(vec);                      \
        for (size_t i = 0; i < n; i++)                                                             \
            if (mp_vec_##element##_writer_push(&writer, value) != MP_OK) break;                    \
        mp_vec_##element##_writer_finish(&writer);                                                 \
    }

LOOPS(u8, uint8_t)
LOOPS(u64, uint64_t)
LOOPS(f64, double)
