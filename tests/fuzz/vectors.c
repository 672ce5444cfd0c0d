#include "kernel_view.h"
#include "test_elements.h"
#include "vec_types.h"
#include "world.h"

#include <string.h>

/* Elements that the model holds: few, for room and addresses are what is tried here. */
enum { VECTORS = 3, ELEMENT_BYTES = 32 << 10, OWNERS_MAX = 200 };
static const size_t LARGEST = (size_t)1 << 30;  /* beyond it the system may refuse */
static const size_t NONSENSE = (size_t)1 << 47; /* it must: elements that nothing can hold */

static struct vector {
    const struct vec_type *type; /* also of an empty handle */
    mp_vec_raw raw;
    bool is_live, is_frozen;
    version version;
    mp_ticket ticket; /* that the version stands for */
    uint64_t life;    /* another after each creation; 0: none */
    mp_options options;
    size_t len;
    uint8_t elements[ELEMENT_BYTES];
} vectors[VECTORS];

static unsigned touched; /* a bit for each of them */

static uint8_t batch[ELEMENT_BYTES];

/* ---- Before an operation --------------------------------------------------------------------- */

/* What the vectors were before the operation that runs. */
static struct before {
    uint64_t life;
    const void *data;
    size_t reservation;
} before[VECTORS];

static size_t reserved_bytes(const struct vector *vec) {
    return vec->type->reservation(&vec->raw) * vec->type->size;
}

static struct vector *vec_at(uint8_t argument) {
    const size_t i = argument % VECTORS;
    struct vector *vec = &vectors[i];
    touched |= 1u << i;
    before[i] = (struct before){vec->life, vec->raw.region.data, vec->type->reservation(&vec->raw)};
    return vec;
}

/* The same where the operation exists for growable vectors only; NULL for frozen ones. */
static struct vector *growable_at(uint8_t argument) {
    struct vector *vec = vec_at(argument);
    return vec->is_frozen ? NULL : vec;
}

static const struct vec_reads *reads_of(const struct vector *vec) {
    return vec->is_frozen ? &vec->type->ro : &vec->type->rw;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static bool are_owners(const struct vector *vec) { return vec->type == vec_of_owners; }

static size_t room(const struct vector *vec) {
    const size_t most = are_owners(vec) ? OWNERS_MAX : ELEMENT_BYTES / vec->type->size;
    return most - vec->len;
}

static mp_status status_of_growth(const struct vector *vec) {
    return vec->is_live ? MP_OK : MP_ERR_EMPTY;
}

/* Requires success unless the system may refuse so much; tells whether there was success. */
static bool was_done(const struct vector *vec, size_t elements, mp_status status) {
    const bool may_be_refused = elements > LARGEST / vec->type->size || vec->options.locked ||
                                vec->options.alignment > LARGEST;
    if (may_be_refused && is_refusal(status)) return false;
    require(elements < NONSENSE);
    require_status(MP_OK, status);
    return true;
}

/* ---- Elements and who owns them -------------------------------------------------------------- */

static int owners[THINGS]; /* how many there should be of each thing */

static void count_owners(const struct vector *vec, const void *elements, size_t n, int change) {
    if (!are_owners(vec)) return;
    for (size_t i = 0; i < n; i++) {
        const struct owner *owner = (const struct owner *)elements + i;
        if (owner->thing != 0) owners[owner->thing] += change;
    }
}

static void make_one(const struct vector *vec, uint64_t number, void *out) {
    if (!are_owners(vec)) {
        make_element(vec->type, number % 251, out);
        return;
    }
    const struct owner owner = new_owner((int)(number % (THINGS - 1)) + 1);
    memcpy(out, &owner, sizeof owner);
}

/* Makes `n` elements in `batch`, with the numbers from `number` on. */
static void make_batch(const struct vector *vec, size_t n, uint64_t number) {
    for (size_t i = 0; i < n; i++) make_one(vec, number + i, batch + i * vec->type->size);
}

/* Ends elements in `batch` that no vector took over. */
static void end_batch(const struct vector *vec, size_t n) {
    if (are_owners(vec))
        for (size_t i = 0; i < n; i++) owner_end((struct owner *)(void *)batch + i);
}

static bool copy_fails(const struct vector *vec, const void *elements, size_t n) {
    if (!are_owners(vec) || uncopyable_thing == 0) return false;
    for (size_t i = 0; i < n; i++)
        if (((const struct owner *)elements)[i].thing == uncopyable_thing) return true;
    return false;
}

/* ---- The model ------------------------------------------------------------------------------- */

static uint8_t *model_at(struct vector *vec, size_t index) {
    return vec->elements + index * vec->type->size;
}

static void model_insert(struct vector *vec, size_t index, const void *elements, size_t n) {
    memmove(model_at(vec, index + n), model_at(vec, index), (vec->len - index) * vec->type->size);
    memcpy(model_at(vec, index), elements, n * vec->type->size);
    count_owners(vec, elements, n, 1);
    vec->len += n;
}

static void model_remove(struct vector *vec, size_t first, size_t n) {
    count_owners(vec, model_at(vec, first), n, -1);
    memmove(model_at(vec, first), model_at(vec, first + n),
            (vec->len - first - n) * vec->type->size);
    vec->len -= n;
}

static void model_replace(struct vector *vec, size_t first, const void *elements, size_t n) {
    count_owners(vec, model_at(vec, first), n, -1);
    memmove(model_at(vec, first), elements, n * vec->type->size);
    count_owners(vec, model_at(vec, first), n, 1);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static bool is_zeroed(const mp_vec_raw *raw) {
    static const mp_vec_raw empty;
    return memcmp(raw, &empty, sizeof empty) == 0;
}

static void make_empty(struct vector *vec) {
    vec->len = 0;
    vec->is_live = vec->is_frozen = false;
    vec->version = 0;
    vec->life = 0;
}

static void make_live(struct vector *vec) {
    static uint64_t lives;
    vec->is_live = true;
    vec->life = ++lives;
}

static void destroy(struct vector *vec) {
    const unsigned char *data = vec->raw.region.data;
    const size_t bytes = reserved_bytes(vec);
    reads_of(vec)->destroy(&vec->raw);
    require(is_zeroed(&vec->raw));
    if (vec->is_live && !may_be_kept(&vec->options)) require(kernel_mappings_in(data, bytes) == 0);
    count_owners(vec, vec->elements, vec->len, -1);
    make_empty(vec);
}

void op_vec_create(const uint8_t *argument) {
    struct vector *vec = vec_at(argument[0]);
    const size_t type = argument[1] % (VEC_TYPE_COUNT + 1), capacity = count_of(argument[2]);
    destroy(vec);
    vec->type = type < VEC_TYPE_COUNT ? &vec_types[type] : vec_of_owners;
    vec->options = options_of(argument[3], argument[4]);
    /* What is to be resident at once must not eat the machine. */
    if (capacity > ELEMENT_BYTES) vec->options.prefault = vec->options.locked = false;
    const mp_status asked = status_of_options(&vec->options, MP_ACCESS_READ | MP_ACCESS_WRITE);
    memset(&vec->raw, 0xa5, sizeof vec->raw);
    const mp_status status = vec->type->create_with(capacity, &vec->options, &vec->raw);
    if (asked != MP_OK && status != MP_ERR_OVERFLOW) {
        require_status(asked, status);
        return;
    }
    if (!was_done(vec, capacity, status)) return;
    make_live(vec);
    require(vec->type->capacity(&vec->raw) >= capacity);
    const size_t alignment = vec->options.alignment;
    require(alignment == 0 || (uintptr_t)vec->raw.region.data % alignment == 0);
}

void op_vec_destroy(const uint8_t *argument) { destroy(vec_at(argument[0])); }

/* What the model has of `from` goes to `to`, which is empty. */
static void model_move(struct vector *from, struct vector *to) {
    const mp_vec_raw left = from->raw, arrived = to->raw;
    *to = *from;
    to->raw = arrived;
    from->raw = left;
    make_empty(from);
}

void op_vec_move(const uint8_t *argument) {
    struct vector *from = vec_at(argument[0]), *to = vec_at(argument[1]);
    if (from == to) return;
    destroy(to);
    reads_of(from)->move(&from->raw, &to->raw);
    model_move(from, to);
}

void op_vec_clone(const uint8_t *argument) {
    struct vector *from = growable_at(argument[0]), *to = vec_at(argument[1]);
    if (from == NULL) return;
    if (from == to) {
        require_status(MP_ERR_INVALID, from->type->clone(&from->raw, &to->raw));
        return;
    }
    destroy(to);
    to->type = from->type;
    to->options = (mp_options)MP_INIT;
    memset(&to->raw, 0xa5, sizeof to->raw);
    const mp_status status = from->type->clone(&from->raw, &to->raw);
    if (!from->is_live || copy_fails(from, from->elements, from->len)) {
        require_status(from->is_live ? MP_ERR_DENIED : MP_ERR_EMPTY, status);
        return;
    }
    require_status(MP_OK, status);
    make_live(to);
    model_insert(to, 0, from->elements, from->len);
}

static void change_state(struct vector *vec, mp_status (*change)(mp_vec_raw *, mp_vec_raw *)) {
    mp_vec_raw to;
    memset(&to, 0xa5, sizeof to);
    require_status(status_of_growth(vec), change(&vec->raw, &to));
    require(is_zeroed(vec->is_live ? &vec->raw : &to));
    if (!vec->is_live) return;
    vec->raw = to;
    vec->is_frozen = !vec->is_frozen;
}

void op_vec_freeze(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec != NULL) change_state(vec, vec->type->freeze);
}

void op_vec_thaw(const uint8_t *argument) {
    struct vector *vec = vec_at(argument[0]);
    if (vec->is_frozen) change_state(vec, vec->type->thaw);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

/* After the vector was to take over `n` elements of `batch`. */
static void expect_taken(struct vector *vec, size_t index, size_t n, mp_status expected,
                         mp_status status) {
    require_status(expected, status);
    if (status == MP_OK)
        model_insert(vec, index, batch, n);
    else
        end_batch(vec, n);
}

/* After it was to copy them. */
static void expect_copied(struct vector *vec, size_t index, size_t n, mp_status expected,
                          mp_status status) {
    if (expected == MP_OK && copy_fails(vec, batch, n)) expected = MP_ERR_DENIED;
    require_status(expected, status);
    if (status == MP_OK) model_insert(vec, index, batch, n);
    end_batch(vec, n);
}

void op_vec_push(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL || room(vec) == 0) return;
    make_batch(vec, 1, argument[1]);
    expect_taken(vec, vec->len, 1, status_of_growth(vec), vec->type->push(&vec->raw, batch));
}

void op_vec_push_within_capacity(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL || room(vec) == 0) return;
    const bool is_full = vec->len >= vec->type->capacity(&vec->raw);
    const mp_status expected = vec->is_live && is_full ? MP_ERR_FULL : status_of_growth(vec);
    make_batch(vec, 1, argument[1]);
    expect_taken(vec, vec->len, 1, expected, vec->type->push_within_capacity(&vec->raw, batch));
}

void op_vec_push_by_writer(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t n = smaller(count_of(argument[1]), room(vec));
    make_batch(vec, n, argument[2]);
    expect_taken(vec, vec->len, n, n == 0 ? MP_OK : status_of_growth(vec),
                 vec->type->push_by_writer(&vec->raw, batch, n));
}

void op_vec_append(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t n = smaller(count_of(argument[1]), room(vec));
    make_batch(vec, n, argument[2]);
    expect_copied(vec, vec->len, n, status_of_growth(vec),
                  vec->type->append(&vec->raw, batch, n));
}

void op_vec_append_zeroed(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t n = smaller(count_of(argument[1]), room(vec));
    memset(batch, 0, n * vec->type->size);
    expect_taken(vec, vec->len, n, status_of_growth(vec), vec->type->append_zeroed(&vec->raw, n));
}

void op_vec_insert(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL || room(vec) == 0) return;
    const size_t index = count_of(argument[1]);
    make_batch(vec, 1, argument[2]);
    expect_taken(vec, index, 1, index > vec->len ? MP_ERR_OUT_OF_RANGE : status_of_growth(vec),
                 vec->type->insert(&vec->raw, index, batch));
}

static mp_status status_of_insertion(const struct vector *vec, size_t index) {
    return index > vec->len ? MP_ERR_OUT_OF_RANGE : status_of_growth(vec);
}

void op_vec_insert_n(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t index = count_of(argument[1]);
    const size_t n = smaller(count_of(argument[2]), room(vec));
    make_batch(vec, n, argument[3]);
    expect_copied(vec, index, n, status_of_insertion(vec, index),
                  vec->type->insert_n(&vec->raw, index, batch, n));
}

/* Elements of the vector itself, which may move while they are inserted. */
static void insert_own(struct vector *vec, size_t index, size_t first, size_t n) {
    first = smaller(first, vec->len);
    n = smaller(smaller(n, vec->len - first), room(vec));
    memcpy(batch, model_at(vec, first), n * vec->type->size);
    mp_status expected = status_of_insertion(vec, index);
    if (expected == MP_OK && copy_fails(vec, batch, n)) expected = MP_ERR_DENIED;
    const void *own = vec->is_live ? vec->raw.region.data + first * vec->type->size : NULL;
    const mp_status status = index == vec->len ? vec->type->append(&vec->raw, own, n)
                                               : vec->type->insert_n(&vec->raw, index, own, n);
    require_status(expected, status);
    if (status == MP_OK) model_insert(vec, index, batch, n);
}

void op_vec_append_own(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec != NULL) insert_own(vec, vec->len, count_of(argument[1]), count_of(argument[2]));
}

void op_vec_insert_own(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    insert_own(vec, count_of(argument[1]), count_of(argument[2]), count_of(argument[3]));
}

void op_vec_resize(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    const size_t len = count_of(argument[1]);
    if (vec == NULL || (len > vec->len && len - vec->len > room(vec) && len < NONSENSE)) return;
    make_batch(vec, 1, argument[2]);
    const mp_status status = vec->type->resize(&vec->raw, len, batch);
    const bool fails = len > vec->len && copy_fails(vec, batch, 1);
    const mp_status expected = status_of_growth(vec);
    if (expected != MP_OK || (fails && len < NONSENSE))
        require_status(expected != MP_OK ? expected : MP_ERR_DENIED, status);
    else if (was_done(vec, len, status)) {
        if (len < vec->len) model_remove(vec, len, vec->len - len);
        while (vec->len < len) model_insert(vec, vec->len, batch, 1);
    }
    end_batch(vec, 1);
}

void op_vec_spare(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t min = smaller(count_of(argument[1]), room(vec));
    void *at = NULL;
    size_t given = 0;
    require_status(status_of_growth(vec), vec->type->spare_mut(&vec->raw, min, &at, &given));
    if (!vec->is_live) return;
    require(given >= min);
    const size_t taken = smaller(argument[2], min);
    make_batch(vec, taken, argument[3]);
    memset(at, 0xa5, smaller(given, min + 3) * vec->type->size); /* some stays where it is */
    if (taken != 0) memcpy(at, batch, taken * vec->type->size);
    require_status(MP_ERR_OUT_OF_RANGE, vec->type->advance(&vec->raw, given + 1));
    expect_taken(vec, vec->len, taken, MP_OK, vec->type->advance(&vec->raw, taken));
}

/* ---- Changing -------------------------------------------------------------------------------- */

static mp_status status_of_index(const struct vector *vec, size_t index) {
    return index < vec->len ? MP_OK : MP_ERR_OUT_OF_RANGE;
}

static mp_status status_of_range(const struct vector *vec, size_t first, size_t n) {
    return first <= vec->len && n <= vec->len - first ? MP_OK : MP_ERR_OUT_OF_RANGE;
}

/* Of elements that are to change: a vector that does not live has none, not even none of them. */
static mp_status status_of_own_range(const struct vector *vec, size_t first, size_t n) {
    const mp_status status = status_of_range(vec, first, n);
    return status == MP_OK && !vec->is_live ? MP_ERR_EMPTY : status;
}

static void expect_replaced(struct vector *vec, size_t first, size_t n, mp_status expected,
                            mp_status status) {
    require_status(expected, status);
    if (status == MP_OK)
        model_replace(vec, first, batch, n);
    else
        end_batch(vec, n);
}

void op_vec_set(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t index = count_of(argument[1]);
    make_batch(vec, 1, argument[2]);
    expect_replaced(vec, index, 1, status_of_index(vec, index),
                    vec->type->set(&vec->raw, index, batch));
}

void op_vec_write(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t first = count_of(argument[1]);
    const size_t n = smaller(count_of(argument[2]), vec->len + 1);
    if (n > ELEMENT_BYTES / vec->type->size) return;
    make_batch(vec, n, argument[3]);
    const mp_status expected = status_of_own_range(vec, first, n);
    expect_replaced(vec, first, n, expected, vec->type->write(&vec->raw, first, batch, n));
}

void op_vec_write_own(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL || vec->len == 0) return;
    const size_t first = count_of(argument[1]);
    const size_t source = count_of(argument[2]) % vec->len;
    const size_t n = smaller(count_of(argument[3]), vec->len - source);
    mp_status expected = status_of_range(vec, first, n);
    if (expected == MP_OK && n != 0 && are_owners(vec)) expected = MP_ERR_INVALID;
    require_status(expected, vec->type->write(&vec->raw, first,
                                              vec->raw.region.data + source * vec->type->size, n));
    if (expected == MP_OK) model_replace(vec, first, model_at(vec, source), n);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* After a copy of the element at `index` was to come to `batch`. */
static void expect_got(struct vector *vec, size_t index, mp_status status) {
    mp_status expected = status_of_index(vec, index);
    if (expected == MP_OK && copy_fails(vec, model_at(vec, index), 1)) expected = MP_ERR_DENIED;
    require_status(expected, status);
    if (status != MP_OK) return;
    require(memcmp(batch, model_at(vec, index), vec->type->size) == 0);
    end_batch(vec, 1);
}

void op_vec_get(const uint8_t *argument) {
    struct vector *vec = vec_at(argument[0]);
    const size_t index = count_of(argument[1]);
    expect_got(vec, index, reads_of(vec)->get(&vec->raw, index, batch));
    if (index >= vec->len) return;
    require(memcmp(reads_of(vec)->at(&vec->raw, index), model_at(vec, index), vec->type->size) ==
            0);
}

void op_vec_slice(const uint8_t *argument) {
    struct vector *vec = vec_at(argument[0]);
    const struct vec_slices *slices = &vec->type->slices;
    const struct vec_slice all = reads_of(vec)->slice(&vec->raw);
    require(slices->len(all) == vec->len && slices->is_empty(all) == (vec->len == 0));
    require(slices->data(all) == reads_of(vec)->data(&vec->raw));
    require((slices->first(all) == NULL) == (vec->len == 0));
    require((slices->last(all) == NULL) == (vec->len == 0));
    const size_t index = count_of(argument[1]);
    expect_got(vec, index, slices->get(all, index, batch));

    const size_t first = smaller(index, vec->len);
    const size_t n = smaller(count_of(argument[2]), vec->len - first);
    const struct vec_slice part = slices->sub(all, first, n);
    require(slices->len(part) == n);
    if (n == 0) return;
    require(memcmp(slices->data(part), model_at(vec, first), n * vec->type->size) == 0);
    require(memcmp(slices->at(part, n - 1), model_at(vec, first + n - 1), vec->type->size) == 0);
}

void op_vec_equal(const uint8_t *argument) {
    const struct vector *a = vec_at(argument[0]), *b = vec_at(argument[1]);
    if (a->type != b->type || a->is_frozen != b->is_frozen) return;
    const bool same =
        a->len == b->len && memcmp(a->elements, b->elements, a->len * a->type->size) == 0;
    require(reads_of(a)->equal(&a->raw, &b->raw) == same);
}

/* ---- Taking away ----------------------------------------------------------------------------- */

/* After the element at `index` was to leave, to `batch` if it was wanted. */
static void expect_out(struct vector *vec, size_t index, bool wanted, mp_status status) {
    require_status(status_of_index(vec, index), status);
    if (status != MP_OK || !wanted) return;
    require(memcmp(batch, model_at(vec, index), vec->type->size) == 0);
    end_batch(vec, 1);
}

void op_vec_pop(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const bool wanted = argument[1] % 2 == 0;
    const size_t index = vec->len - 1; /* huge if there is none */
    expect_out(vec, index, wanted, vec->type->pop(&vec->raw, wanted ? batch : NULL));
    if (index < vec->len) model_remove(vec, index, 1);
}

void op_vec_remove(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t index = count_of(argument[1]);
    const bool wanted = argument[2] % 2 == 0;
    expect_out(vec, index, wanted, vec->type->remove(&vec->raw, index, wanted ? batch : NULL));
    if (index < vec->len) model_remove(vec, index, 1);
}

void op_vec_swap_remove(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t index = count_of(argument[1]), size = vec->type->size;
    const bool wanted = argument[2] % 2 == 0;
    expect_out(vec, index, wanted, vec->type->swap_remove(&vec->raw, index, wanted ? batch : NULL));
    if (index >= vec->len) return;
    memcpy(batch, model_at(vec, index), size); /* so that the right one is removed */
    memmove(model_at(vec, index), model_at(vec, vec->len - 1), size);
    memcpy(model_at(vec, vec->len - 1), batch, size);
    model_remove(vec, vec->len - 1, 1);
}

void op_vec_remove_range(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t first = count_of(argument[1]), n = count_of(argument[2]);
    const mp_status expected = status_of_own_range(vec, first, n);
    require_status(expected, vec->type->remove_range(&vec->raw, first, n));
    if (expected == MP_OK) model_remove(vec, first, n);
}

void op_vec_truncate(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    const size_t len = count_of(argument[1]);
    vec->type->truncate(&vec->raw, len);
    if (len < vec->len) model_remove(vec, len, vec->len - len);
}

void op_vec_clear(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    vec->type->clear(&vec->raw);
    model_remove(vec, 0, vec->len);
}

void op_vec_clear_decommit(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    require_status(status_of_growth(vec), vec->type->clear_decommit(&vec->raw));
    model_remove(vec, 0, vec->len);
}

/* ---- Room, facts and hints ------------------------------------------------------------------- */

static void reserve(struct vector *vec, size_t n,
                    mp_status (*function)(mp_vec_raw *vec, size_t additional)) {
    const mp_status status = function(&vec->raw, n);
    if (!vec->is_live) {
        require(status == MP_ERR_EMPTY || (status == MP_ERR_OVERFLOW && n > NONSENSE));
    } else if (was_done(vec, n, status)) {
        require(vec->type->capacity(&vec->raw) - vec->len >= n);
    }
}

void op_vec_reserve(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec != NULL) reserve(vec, count_of(argument[1]), vec->type->reserve);
}

void op_vec_reserve_exact(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec != NULL) reserve(vec, count_of(argument[1]), vec->type->reserve_exact);
}

void op_vec_shrink_to_fit(const uint8_t *argument) {
    struct vector *vec = growable_at(argument[0]);
    if (vec == NULL) return;
    require_status(status_of_growth(vec), vec->type->shrink_to_fit(&vec->raw));
    const size_t spare = vec->type->capacity(&vec->raw) - vec->len;
    require(spare * vec->type->size <= mp_page_size());
}

void op_vec_ask(const uint8_t *argument) {
    struct vector *vec = vec_at(argument[0]);
    const struct vec_reads *reads = reads_of(vec);
    const mp_status expected = status_of_growth(vec);
    const size_t n = count_of(argument[2]);
    size_t resident = 0;
    switch (argument[1] % 4) {
    case 0:
        require_status(expected, reads->resident_bytes(&vec->raw, &resident));
        require(resident <= vec->raw.region.len);
        break;
    case 1: {
        const bool is_outside = vec->is_live && n > vec->type->capacity(&vec->raw);
        require_status(is_outside ? MP_ERR_OUT_OF_RANGE : expected,
                       reads->advise_use_soon(&vec->raw, 0, n));
        break;
    }
    case 2:
        require_status(expected, reads->advise_use_seq(&vec->raw));
        break;
    default:
        require_status(expected, reads->advise_use_rnd(&vec->raw));
    }
}

/* ---- Copies of handles ----------------------------------------------------------------------- */

static struct copy {
    const struct vec_type *type; /* NULL: none */
    mp_vec_raw raw;
    bool is_frozen;
    version version;
} copies[VECTORS];

static bool is_current(version wanted) {
    for (size_t i = 0; i < VECTORS; i++)
        if (vectors[i].is_live && vectors[i].version == wanted) return true;
    return false;
}

void op_vec_copy_handle(const uint8_t *argument) {
    const struct vector *vec = vec_at(argument[0]);
    if (!vec->is_live) return;
    copies[argument[1] % VECTORS] =
        (struct copy){vec->type, vec->raw, vec->is_frozen, vec->version};
}

static void use_stale(struct copy *copy, uint8_t what) {
    const struct vec_type *type = copy->type;
    const mp_vec_raw old = copy->raw;
    mp_vec_raw to = old;
    size_t resident = 42;
    switch (copy->is_frozen ? what % 3 : what % 7) {
    case 0:
        (copy->is_frozen ? &type->ro : &type->rw)->destroy(&copy->raw);
        require(is_zeroed(&copy->raw));
        copy->type = NULL;
        return;
    case 1:
        require_status(MP_ERR_STALE, type->rw.resident_bytes(&copy->raw, &resident));
        require(resident == 42);
        break;
    case 2:
        require_status(MP_ERR_STALE,
                       (copy->is_frozen ? type->thaw : type->freeze)(&copy->raw, &to));
        require(is_zeroed(&to));
        break;
    case 3:
        require_status(MP_ERR_STALE, type->clone(&copy->raw, &to));
        require(is_zeroed(&to));
        break;
    case 4:
        require_status(MP_ERR_STALE, type->reserve(&copy->raw, 1));
        break;
    case 5:
        require_status(MP_ERR_STALE, type->shrink_to_fit(&copy->raw));
        break;
    default:
        require_status(MP_ERR_STALE, type->clear_decommit(&copy->raw));
    }
    require(memcmp(&copy->raw, &old, sizeof old) == 0);
}

void op_vec_use_copy(const uint8_t *argument) {
    struct copy *copy = &copies[argument[0] % VECTORS];
    for (uint8_t i = 0; i < VECTORS; i++) (void)vec_at(i);
    if (copy->type != NULL && !is_current(copy->version)) use_stale(copy, argument[1]);
}

void op_copies_fail_for(const uint8_t *argument) { uncopyable_thing = argument[0] % THINGS; }

/* ---- What must hold -------------------------------------------------------------------------- */

static void check_memory(const struct vector *vec) {
    const mp_region *region = &vec->raw.region;
    const unsigned access = MP_ACCESS_READ | (vec->is_frozen ? 0u : MP_ACCESS_WRITE);
    const size_t page = mp_page_size();
    if (region->len != 0) require(kernel_access(region->data, region->len) == kernel_form(access));
    if (region->len + page <= reserved_bytes(vec))
        require(kernel_access(region->data + region->len, page) == MP_ACCESS_NONE);
    if (vec->options.guard_pages)
        require(kernel_access(region->data - page, page) == MP_ACCESS_NONE);
}

/* Behind what was ever written, memory is zero: append_zeroed() relies on it. */
static void check_fresh_memory(const struct vector *vec) {
    static uint8_t fresh[ELEMENT_BYTES];
    const size_t high = vec->raw.high_water > vec->len ? vec->raw.high_water : vec->len;
    const size_t first = high * vec->type->size;
    if (first >= vec->raw.region.len) return;
    const size_t n = smaller(vec->raw.region.len - first, sizeof fresh);
    kernel_peek(vec->raw.region.data + first, fresh, n);
    require(fresh[0] == 0 && memcmp(fresh, fresh + 1, n - 1) == 0);
}

/* Ownership changes with the ticket, and within the reservation nothing moves. */
static void follow(struct vector *vec, const struct before *old) {
    const mp_ticket *ticket = &vec->raw.region.ticket;
    if (vec->version == 0 || memcmp(&vec->ticket, ticket, sizeof *ticket) != 0)
        vec->version = next_version();
    vec->ticket = *ticket;
    if (vec->life == old->life && vec->type->capacity(&vec->raw) <= old->reservation)
        require(vec->raw.region.data == old->data);
}

static void check(struct vector *vec, bool all) {
    const struct vec_reads *reads = reads_of(vec);
    const size_t used = vec->len * vec->type->size;
    require(reads->len(&vec->raw) == vec->len);
    require(reads->is_empty(&vec->raw) == (vec->len == 0));
    if (!vec->is_live) {
        require(vec->len == 0 && is_zeroed(&vec->raw));
        return;
    }
    const size_t capacity = vec->type->capacity(&vec->raw);
    require(mp_ticket_is_current(&vec->raw.region.ticket));
    require(vec->len <= vec->raw.limit && vec->raw.limit <= capacity);
    require(capacity <= vec->type->reservation(&vec->raw));
    require(vec->raw.limit * vec->type->size <= vec->raw.region.len);
    require(used == 0 || memcmp(reads->data(&vec->raw), vec->elements, used) == 0);
    check_memory(vec);
    if (all) check_fresh_memory(vec);
}

void vectors_begin(void) {
    uncopyable_thing = 0;
    for (size_t i = 0; i < VECTORS; i++) {
        vectors[i].type = &vec_types[0];
        copies[i].type = NULL;
    }
}

void vectors_check(bool all) {
    for (size_t i = 0; i < VECTORS; i++) {
        const bool is_touched = (touched >> i & 1) != 0;
        if (is_touched && vectors[i].is_live) follow(&vectors[i], &before[i]);
        if (all || is_touched) check(&vectors[i], all);
    }
    touched = 0;
    require(memcmp(owners, owners_of, sizeof owners) == 0);
}

void vectors_end(void) {
    for (size_t i = 0; i < VECTORS; i++) destroy(&vectors[i]);
    require(memcmp(owners, owners_of, sizeof owners) == 0);
}
