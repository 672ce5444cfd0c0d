/* Atomics for proofs with one thread: CBMC computes these while it reads the program, which it does
 * not do with the compiler's own. */
#ifndef MODEL_SEQUENTIAL_H
#define MODEL_SEQUENTIAL_H

#define __atomic_load_n(word, order) (*(word))
#define __atomic_store_n(word, value, order) ((void)(*(word) = (value)))
#define __atomic_add_fetch(word, value, order) (*(word) += (value))
#define __atomic_sub_fetch(word, value, order) (*(word) -= (value))
#define __atomic_exchange_n(word, value, order)                                                    \
    __extension__({                                                                                \
        const __typeof__(*(word)) before_ = *(word);                                               \
        *(word) = (value);                                                                         \
        before_;                                                                                   \
    })
#define __atomic_compare_exchange_n(word, expected, value, weak, success, failure)                 \
    (*(word) == *(expected) ? (*(word) = (value), true) : (*(expected) = *(word), false))

#endif
