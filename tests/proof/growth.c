/* How vectors grow (src/mp_vec_raw.c), for all lengths, capacities, page sizes and options. */
#include "model/vectors.h"

#include "mp_compiler.h"
#include "mp_region_internal.h"
#include "mp_ticket.h"

size_t STATIC(mp_vec_raw, step)(void);
size_t STATIC(mp_vec_raw, preferred_reservation)(const mp_options *options);
bool STATIC(mp_vec_raw, is_in_small_tier)(const mp_vec_raw *vec, const mp_options *options);
mp_status STATIC(mp_vec_raw, grow_to)(mp_vec_raw *vec, size_t elements, size_t touched,
                                      const mp_element *element);
mp_status STATIC(mp_vec_raw, ensure_capacity)(mp_vec_raw *vec, size_t elements, size_t touched,
                                              bool exact, const mp_element *element);
mp_status STATIC(mp_vec_raw, ensure_accessible)(mp_vec_raw *vec, size_t elements,
                                                const mp_element *element);

static const size_t LARGEST = (size_t)1 << 47;

/* Vectors that are not small have whole steps of address space. */
static bool is_in_a_tier(const mp_vec_raw *vec) {
    const size_t room = mp_region_room(&vec->region);
    mp_options options;
    mp_region_options(&vec->region, &options);
    return STATIC(mp_vec_raw, is_in_small_tier)(vec, &options) ||
           mp_round_down(room, STATIC(mp_vec_raw, step)()) == room;
}

static mp_vec_raw any_vector_in_a_tier(void) {
    machine_of_any_size();
    const mp_vec_raw vec = any_vector(LARGEST);
    GIVEN(is_in_a_tier(&vec));
    return vec;
}

void steps_are_whole_pages(void) {
    machine_of_any_size();
    const size_t step = STATIC(mp_vec_raw, step)();
    CLAIM(step != 0 && mp_is_power_of_two_or_zero(step) && step <= (size_t)32 << 20);
    CLAIM(step % seam.page == 0);
    CLAIM(seam.huge == 0 || seam.huge > (size_t)32 << 20 || step == seam.huge);
}

void reservations_are_whole_steps(void) {
    machine_of_any_size();
    mp_options options = MP_INIT;
    options.reservation = any_size();
    const size_t bytes = STATIC(mp_vec_raw, preferred_reservation)(&options);
    CLAIM(bytes != 0 && bytes % STATIC(mp_vec_raw, step)() == 0);
    CLAIM(bytes >= options.reservation || options.reservation > SIZE_MAX - ((size_t)32 << 20));
}

/* The model claims of each attempt that it is whole pages and enough. */
static void claim_memory_kept(const mp_vec_raw *vec, const mp_vec_raw *before) {
    CLAIM(vec->len == before->len);
    CLAIM(vec->region.len >= before->region.len);
    CLAIM(mp_ticket_check(&vec->region.ticket) == MP_OK);
    CLAIM(is_in_a_tier(vec));
}

void grow_to(void) {
    mp_vec_raw vec = any_vector_in_a_tier();
    const mp_vec_raw before = vec;
    const size_t elements = any_size(), touched = any_size();
    GIVEN(elements > vec.capacity && touched <= elements);
    const mp_status status = STATIC(mp_vec_raw, grow_to)(&vec, elements, touched, &element);
    claim_memory_kept(&vec, &before);
    if (status == MP_OK)
        CLAIM(vec.capacity >= elements && vec.capacity <= mp_vec_raw_reservation(&vec, &element));
    else
        CLAIM(is_unchanged(&vec, &before) && vec.limit == before.limit);
}

void ensure_capacity(void) {
    mp_vec_raw vec = any_vector_in_a_tier();
    const mp_vec_raw before = vec;
    const size_t elements = any_size(), touched = any_size();
    GIVEN(touched <= elements);
    const mp_status status =
        STATIC(mp_vec_raw, ensure_capacity)(&vec, elements, touched, any_bool(), &element);
    claim_memory_kept(&vec, &before);
    if (status == MP_OK)
        CLAIM(vec.capacity >= elements && vec.capacity >= before.capacity);
    else
        CLAIM(is_unchanged(&vec, &before) && elements > before.capacity);
}

void ensure_accessible(void) {
    mp_vec_raw vec = any_vector_in_a_tier();
    const mp_vec_raw before = vec;
    const size_t elements = any_size_in(0, vec.capacity);
    const mp_status status = STATIC(mp_vec_raw, ensure_accessible)(&vec, elements, &element);
    claim_memory_kept(&vec, &before);
    CLAIM(vec.capacity == before.capacity);
    CLAIM(status != MP_OK || vec.region.len >= elements * element.size);
    CLAIM(status == MP_OK || vec.region.len == before.region.len);
}

void shrink_to_fit(void) {
    mp_vec_raw vec = any_vector_in_a_tier();
    const mp_vec_raw before = vec;
    const mp_status status = mp_vec_raw_shrink_to_fit(&vec, &element);
    CLAIM(vec.len == before.len && is_vector(&vec) && is_in_a_tier(&vec));
    CLAIM(vec.region.len <= before.region.len);
    CLAIM(status == MP_OK || is_unchanged(&vec, &before));
}

void extend_within_capacity(void) {
    mp_vec_raw vec = any_vector_in_a_tier();
    const mp_vec_raw before = vec;
    const mp_status status = mp_vec_raw_extend_within_capacity(&vec, &element);
    CLAIM(vec.capacity == before.capacity && is_vector(&vec));
    CLAIM(status != MP_OK || vec.limit > vec.len);
    CLAIM(status == MP_OK || is_unchanged(&vec, &before));
}

void create_vector(void) {
    machine_of_any_size();
    mp_options options = MP_INIT;
    options.reservation = any_size();
    options.prefault = any_bool();
    options.huge_pages = (mp_huge_pages)any_size_in(0, MP_HUGE_PAGES_ALWAYS);
    const size_t capacity = any_size();
    mp_vec_raw vec;
    if (mp_vec_raw_create(capacity, &options, &element, &vec) == MP_OK) {
        CLAIM(is_vector(&vec));
        CLAIM(is_in_a_tier(&vec));
        CLAIM(vec.capacity >= capacity && vec.len == 0);
        CLAIM(vec.high_water * element.size >= vec.region.len || vec.high_water == 0);
    } else {
        CLAIM(vec.region.data == NULL && vec.region.ticket.slot == NULL);
        CLAIM(vec.len == 0 && vec.capacity == 0 && vec.limit == 0);
    }
}

void advise_soon_is_clipped(void) {
    const mp_vec_raw vec = any_vector_in_a_tier();
    const size_t first = any_size(), n = any_size();
    const mp_status status = mp_vec_raw_advise_soon(&vec, first, n, &element);
    CLAIM(status != MP_OK || mp_range_is_inside(first, n, vec.capacity));
}
