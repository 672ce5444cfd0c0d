/** @file
 *  Sequences of operations: bytes choose what is done to pages, vectors, code references and a
 *  recycler, and with what. After each operation the library must agree with a plain model and with
 *  the kernel.
 */
#ifndef TESTS_FUZZ_SEQUENCE_H
#define TESTS_FUZZ_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

/** X(name, arguments): each is one byte in a sequence, followed by so many bytes of arguments. A
 *  byte that is too large for an operation counts from the first one again. */
#define OPERATIONS(X)                                                                              \
    X(pages_create, 5)                                                                             \
    X(pages_destroy, 1)                                                                            \
    X(pages_move, 2)                                                                               \
    X(pages_transition, 2)                                                                         \
    X(pages_resize, 2)                                                                             \
    X(pages_decommit, 3)                                                                           \
    X(pages_decommit_ranges, 4)                                                                    \
    X(pages_write, 4)                                                                              \
    X(pages_write_code, 3)                                                                         \
    X(pages_read, 3)                                                                               \
    X(pages_fill, 2)                                                                               \
    X(pages_wipe, 1)                                                                               \
    X(pages_ask, 2)                                                                                \
    X(pages_raw_parts, 1)                                                                          \
    X(pages_copy_handle, 2)                                                                        \
    X(pages_use_copy, 3)                                                                           \
    X(vec_create, 5)                                                                               \
    X(vec_destroy, 1)                                                                              \
    X(vec_move, 2)                                                                                 \
    X(vec_clone, 2)                                                                                \
    X(vec_freeze, 1)                                                                               \
    X(vec_thaw, 1)                                                                                 \
    X(vec_push, 2)                                                                                 \
    X(vec_push_within_capacity, 2)                                                                 \
    X(vec_push_by_writer, 3)                                                                       \
    X(vec_append, 3)                                                                               \
    X(vec_append_zeroed, 2)                                                                        \
    X(vec_append_own, 3)                                                                           \
    X(vec_insert, 3)                                                                               \
    X(vec_insert_n, 4)                                                                             \
    X(vec_insert_own, 4)                                                                           \
    X(vec_resize, 3)                                                                               \
    X(vec_spare, 4)                                                                                \
    X(vec_set, 3)                                                                                  \
    X(vec_write, 4)                                                                                \
    X(vec_write_own, 4)                                                                            \
    X(vec_get, 2)                                                                                  \
    X(vec_slice, 3)                                                                                \
    X(vec_equal, 2)                                                                                \
    X(vec_pop, 2)                                                                                  \
    X(vec_remove, 3)                                                                               \
    X(vec_swap_remove, 3)                                                                          \
    X(vec_remove_range, 3)                                                                         \
    X(vec_truncate, 2)                                                                             \
    X(vec_clear, 1)                                                                                \
    X(vec_clear_decommit, 1)                                                                       \
    X(vec_reserve, 2)                                                                              \
    X(vec_reserve_exact, 2)                                                                        \
    X(vec_shrink_to_fit, 1)                                                                        \
    X(vec_ask, 3)                                                                                  \
    X(vec_copy_handle, 2)                                                                          \
    X(vec_use_copy, 2)                                                                             \
    X(copies_fail_for, 1)                                                                          \
    X(code_refer, 4)                                                                               \
    X(code_call, 3)                                                                                \
    X(recycler_create, 1)                                                                          \
    X(recycler_trim, 1)                                                                            \
    X(recycler_destroy, 0)

struct operation {
    const char *name;
    size_t arguments;
    void (*run)(const uint8_t *argument);
};

#define COUNT_ONE(...) +1
enum { OPERATION_COUNT = 0 OPERATIONS(COUNT_ONE), ARGUMENTS_MAX = 5 };
#undef COUNT_ONE

extern const struct operation operations[OPERATION_COUNT];

/** Runs one sequence, from nothing to nothing. What does not hold is told on stderr, and ends the
 *  process by abort(). Arguments that are missing at the end are 0. */
void run_sequence(const uint8_t *bytes, size_t n);

#endif
