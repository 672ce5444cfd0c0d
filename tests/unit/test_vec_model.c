/* Vectors against a model: long random runs of every function, after each of which the vector must
 * hold what a plain array holds. The seeds are fixed, so that a failure comes again. */
#include "kernel_view.h"
#include "support.h"
#include "system.h"
#include "vec_types.h"

#include <stdlib.h>
#include <string.h>

/** What a run looks like. */
struct scale {
    size_t steps;
    size_t max_bytes;   /* of all elements */
    size_t max_at_once; /* elements that one step adds or takes */
    mp_options options;
};

static const struct vec_type *type;
static size_t max_len, max_at_once;
static mp_options options;

static mp_vec_raw vec;
static uint8_t *model; /* room for twice the elements that a step may leave */
static size_t model_len;

static uint8_t *batch; /* elements for one step */
static uint64_t random_state;

static size_t pick(size_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % bound);
}

/* ---- The model ------------------------------------------------------------------------------- */

static uint8_t *model_at(size_t index) { return model + index * type->size; }

static void model_insert(size_t index, const void *elements, size_t n) {
    memmove(model_at(index + n), model_at(index), (model_len - index) * type->size);
    memcpy(model_at(index), elements, n * type->size);
    model_len += n;
}

static void model_remove(size_t first, size_t n) {
    memmove(model_at(first), model_at(first + n), (model_len - first - n) * type->size);
    model_len -= n;
}

/** Makes between 0 and `max_at_once` elements for a step, and returns how many. */
static size_t make_batch(void) {
    const size_t n = pick(4) == 0 ? pick(max_at_once + 1) : pick(8);
    const size_t room = max_len - (model_len < max_len ? model_len : max_len);
    const size_t count = n < room ? n : room;
    for (size_t i = 0; i < count; i++) make_element(type, pick(250), batch + i * type->size);
    return count;
}

static const void *make_one(void) {
    make_element(type, pick(250), batch);
    return batch;
}

/** A run of elements of the vector itself. */
static size_t pick_own(size_t *first) {
    *first = pick(model_len + 1);
    const size_t room = max_len > model_len ? max_len - model_len : 0;
    const size_t rest = model_len - *first;
    const size_t most = rest < max_at_once ? rest : max_at_once;
    return pick((most < room ? most : room) + 1);
}

/* ---- Steps: each does the same to the vector and to the model -------------------------------- */

static void step_push(void) {
    const void *one = make_one();
    check_ok(type->push(&vec, one));
    model_insert(model_len, one, 1);
}

static void step_push_within_capacity(void) {
    const void *one = make_one();
    const bool fits = model_len < type->capacity(&vec);
    check_status(fits ? MP_OK : MP_ERR_FULL, type->push_within_capacity(&vec, one));
    if (fits) model_insert(model_len, one, 1);
}

static void step_append(void) {
    const size_t n = make_batch();
    check_ok(type->append(&vec, batch, n));
    model_insert(model_len, batch, n);
}

static void step_append_own(void) {
    size_t first;
    const size_t n = pick_own(&first);
    memcpy(batch, model_at(first), n * type->size);
    check_ok(type->append(&vec, vec.region.data + first * type->size, n));
    model_insert(model_len, batch, n);
}

static void step_append_zeroed(void) {
    const size_t n = make_batch();
    memset(batch, 0, n * type->size);
    check_ok(type->append_zeroed(&vec, n));
    model_insert(model_len, batch, n);
}

static void step_insert(void) {
    const size_t index = pick(model_len + 2);
    const void *one = make_one();
    const bool is_inside = index <= model_len;
    check_status(is_inside ? MP_OK : MP_ERR_OUT_OF_RANGE, type->insert(&vec, index, one));
    if (is_inside) model_insert(index, one, 1);
}

static void step_insert_n(void) {
    const size_t index = pick(model_len + 1);
    const size_t n = make_batch();
    check_ok(type->insert_n(&vec, index, batch, n));
    model_insert(index, batch, n);
}

static void step_insert_own(void) {
    size_t first;
    const size_t index = pick(model_len + 1);
    const size_t n = pick_own(&first);
    memcpy(batch, model_at(first), n * type->size);
    check_ok(type->insert_n(&vec, index, vec.region.data + first * type->size, n));
    model_insert(index, batch, n);
}

static void step_resize(void) {
    const size_t n = make_batch(), less = pick(max_at_once + 1);
    const void *one = make_one();
    const bool grows = pick(2) == 0;
    const size_t len = grows ? model_len + n : model_len - (less < model_len ? less : model_len);
    check_ok(type->resize(&vec, len, one));
    while (model_len < len) model_insert(model_len, one, 1);
    model_len = len;
}

static void step_spare(void) {
    const size_t n = make_batch();
    void *at = NULL;
    size_t room = 0;
    check_ok(type->spare_mut(&vec, n, &at, &room));
    if (room < n) ck_abort_msg("room for %zu, not %zu", room, n);
    memcpy(at, batch, n * type->size);
    const size_t garbage = room - n < 50 ? room - n : 50; /* written, but not taken in */
    memset((uint8_t *)at + n * type->size, 0xa5, garbage * type->size);
    const size_t taken = n == 0 ? 0 : pick(n + 1);
    check_ok(type->advance(&vec, taken));
    model_insert(model_len, batch, taken);
}

static void step_set(void) {
    const size_t index = pick(model_len + 1);
    const void *one = make_one();
    const bool is_inside = index < model_len;
    check_status(is_inside ? MP_OK : MP_ERR_OUT_OF_RANGE, type->set(&vec, index, one));
    if (is_inside) memcpy(model_at(index), one, type->size);
}

static void step_write(void) {
    const size_t first = pick(model_len + 1), n = make_batch();
    const bool is_inside = n <= model_len - first;
    check_status(is_inside ? MP_OK : MP_ERR_OUT_OF_RANGE, type->write(&vec, first, batch, n));
    if (is_inside) memcpy(model_at(first), batch, n * type->size);
}

static void step_write_own(void) {
    size_t source;
    size_t n = pick_own(&source);
    const size_t first = pick(model_len + 1);
    n = n < model_len - first ? n : model_len - first;
    check_ok(type->write(&vec, first, vec.region.data + source * type->size, n));
    memmove(model_at(first), model_at(source), n * type->size);
}

static void take(mp_status (*function)(mp_vec_raw *, size_t, void *), bool swaps) {
    const size_t index = pick(model_len + 1);
    const bool is_inside = index < model_len, wants_it = pick(2) == 0;
    check_status(is_inside ? MP_OK : MP_ERR_OUT_OF_RANGE,
                 function(&vec, index, wants_it ? batch : NULL));
    if (!is_inside) return;
    if (wants_it && memcmp(batch, model_at(index), type->size) != 0) {
        ck_abort_msg("another element came out than was at %zu", index);
    }
    if (swaps) {
        memmove(model_at(index), model_at(model_len - 1), type->size);
        model_len--;
    } else {
        model_remove(index, 1);
    }
}

static void step_remove(void) { take(type->remove, false); }
static void step_swap_remove(void) { take(type->swap_remove, true); }

static void step_pop(void) {
    check_status(model_len > 0 ? MP_OK : MP_ERR_OUT_OF_RANGE, type->pop(&vec, batch));
    if (model_len == 0) return;
    if (memcmp(batch, model_at(model_len - 1), type->size) != 0) {
        ck_abort_msg("another element came out than the last");
    }
    model_len--;
}

static void step_remove_range(void) {
    const size_t first = pick(model_len + 1), n = pick(max_at_once + 1);
    const bool is_inside = n <= model_len - first;
    check_status(is_inside ? MP_OK : MP_ERR_OUT_OF_RANGE, type->remove_range(&vec, first, n));
    if (is_inside) model_remove(first, n);
}

static void step_truncate(void) {
    const size_t less = pick(max_at_once + 1);
    const size_t len = less < model_len ? model_len - less : model_len + less;
    type->truncate(&vec, len);
    if (len < model_len) model_len = len;
}

static void step_clear(void) {
    type->clear(&vec);
    model_len = 0;
}

static void step_clear_decommit(void) {
    check_ok(type->clear_decommit(&vec));
    model_len = 0;
}

static void step_reserve(void) {
    const size_t additional = pick(2 * max_at_once);
    check_ok(pick(2) == 0 ? type->reserve(&vec, additional)
                          : type->reserve_exact(&vec, additional));
    if (type->capacity(&vec) - model_len < additional) ck_abort_msg("no room was made");
}

static void step_shrink_to_fit(void) { check_ok(type->shrink_to_fit(&vec)); }

static void step_clone(void) {
    mp_vec_raw copy;
    check_ok(type->clone(&vec, &copy));
    if (!type->rw.equal(&vec, &copy)) ck_abort_msg("a clone is not equal");
    if (pick(2) == 0) {
        type->rw.destroy(&copy);
        return;
    }
    type->rw.destroy(&vec);
    type->rw.move(&copy, &vec);
}

static void step_freeze_and_thaw(void) {
    mp_vec_raw frozen;
    check_ok(type->freeze(&vec, &frozen));
    if (frozen.len != model_len) ck_abort_msg("freezing changed the length");
    if (model_len != 0 && memcmp(type->ro.data(&frozen), model, model_len * type->size) != 0) {
        ck_abort_msg("freezing changed the elements");
    }
    check_ok(type->thaw(&frozen, &vec));
}

/** Begins again with another capacity, and with the run's options. */
static void step_create(void) {
    type->rw.destroy(&vec);
    check_ok(type->create_with(pick(2 * max_at_once), &options, &vec));
    model_len = 0;
}

/* How often a step is taken, and whether the elements stay where they are while the length stays
 * within the reservation. */
static const struct {
    void (*take)(void);
    unsigned weight;
    bool stays;
} steps[] = {
    {step_push, 40, true},          {step_push_within_capacity, 20, true},
    {step_append, 20, true},        {step_append_own, 10, true},
    {step_append_zeroed, 15, true}, {step_insert, 15, true},
    {step_insert_n, 10, true},      {step_insert_own, 10, true},
    {step_resize, 10, true},        {step_spare, 10, false},
    {step_set, 10, true},           {step_write, 10, true},
    {step_write_own, 10, true},     {step_remove, 15, true},
    {step_swap_remove, 15, true},   {step_pop, 25, true},
    {step_remove_range, 10, true},  {step_truncate, 10, true},
    {step_clear, 1, true},          {step_clear_decommit, 2, true},
    {step_reserve, 4, false},       {step_shrink_to_fit, 4, false},
    {step_clone, 2, false},         {step_freeze_and_thaw, 4, true},
    {step_create, 1, false},
};

static size_t pick_step(void) {
    static unsigned total;
    if (total == 0) {
        for (size_t i = 0; i < COUNT_OF(steps); i++) total += steps[i].weight;
    }
    size_t ticket = pick(total), i = 0;
    while (ticket >= steps[i].weight) ticket -= steps[i++].weight;
    return i;
}

/* ---- What must hold after each step ---------------------------------------------------------- */

#define check_invariant(condition)                                                                 \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg("%s: step %zu: not %s", type->name, step, #condition);      \
    } while (0)

static void check_state(size_t step) {
    const size_t used = model_len * type->size;
    check_invariant(type->rw.len(&vec) == model_len);
    check_invariant(model_len <= type->capacity(&vec));
    check_invariant(type->capacity(&vec) <= type->reservation(&vec));
    check_invariant(model_len <= vec.limit && vec.limit <= type->capacity(&vec));
    check_invariant(vec.limit * type->size <= vec.region.len);
    check_invariant(used == 0 || memcmp(type->rw.data(&vec), model, used) == 0);
}

/** Behind what was ever written, memory is zero: append_zeroed() relies on it. */
static void check_fresh_memory(size_t step) {
    const size_t written = vec.high_water > model_len ? vec.high_water : model_len;
    if (written * type->size >= vec.region.len) return;
    const size_t fresh = vec.region.len - written * type->size;
    uint8_t *content = malloc(fresh);
    kernel_peek(vec.region.data + written * type->size, content, fresh);
    check_invariant(bytes_are(content, 0, fresh));
    free(content);
}

static void run(const struct scale *scale, uint64_t seed) {
    max_len = scale->max_bytes / type->size;
    max_at_once = scale->max_at_once < max_len ? scale->max_at_once : max_len;
    options = scale->options;
    random_state = seed;
    model_len = 0;
    model = malloc((2 * max_len + 100) * type->size);
    batch = malloc((max_len + 1) * type->size);
    check_ok(type->create_with(0, &options, &vec));
    for (size_t step = 0; step < fewer_if_slow(scale->steps); step++) {
        const void *data = type->rw.data(&vec);
        const size_t reservation = type->reservation(&vec);
        const size_t i = pick_step();
        steps[i].take();
        check_state(step);
        if (steps[i].stays && model_len <= reservation && !MP_HARDENED) {
            check_invariant(type->rw.data(&vec) == data);
        }
        while (model_len > max_len) step_truncate();
        if (step % 64 == 0) check_fresh_memory(step);
    }
    type->rw.destroy(&vec);
    free(model);
    free(batch);
}

START_TEST(small_vectors_behave_like_arrays) {
    const struct scale scale = {.steps = 6000, .max_bytes = 48 << 10, .max_at_once = 300};
    type = &vec_types[_i % VEC_TYPE_COUNT];
    run(&scale, 0x9e3779b97f4a7c15u + (uint64_t)_i);
}
END_TEST

START_TEST(large_vectors_behave_like_arrays) {
    const struct scale scale = {.steps = 300,
                                .max_bytes = 6 << 20,
                                .max_at_once = 200000,
                                .options = {.reservation = (_i % 2 == 0) ? 0 : 2 << 20}};
    type = &vec_types[_i % VEC_SIZE_COUNT];
    run(&scale, 0x2545f4914f6cdd1du + (uint64_t)_i);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, small_vectors_behave_like_arrays, 0, 3 * VEC_TYPE_COUNT);
    tcase_add_loop_test(tests, large_vectors_behave_like_arrays, 0, 2 * VEC_SIZE_COUNT);
}

int main(void) { return run_tests("vec_model", add_tests); }
