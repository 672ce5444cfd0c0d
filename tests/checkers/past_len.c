/* Reads one element too far, in the way that its argument names; "none" reads as far as it may. */
#include <memory_pages/memory_pages.h>

#include <stdio.h>
#include <string.h>

static mp_vec_u32_rw vec;

static void fill(size_t n) {
    mp_expect(mp_vec_u32_rw_create(0, &vec));
    for (size_t i = 0; i < n; i++) mp_expect(mp_vec_u32_rw_push(&vec, (uint32_t)i));
}

/* The element behind the last, of which the capacity has room: only a checker can object. */
static const uint32_t *past_len(void) {
    const size_t len = mp_vec_u32_rw_len(&vec);
    if (len == mp_vec_u32_rw_capacity(&vec)) mp_expect(MP_ERR_INVALID);
    return mp_vec_u32_rw_data(&vec) + len;
}

/* What a buggy program does with it. */
static uint32_t read_from(const uint32_t *element) {
    return *(const volatile uint32_t *)element;
}

static uint32_t misuse(const char *how) {
    if (strcmp(how, "none") == 0) {
        fill(1000);
        return read_from(past_len() - 1);
    }
    if (strcmp(how, "push") == 0) {
        fill(1000);
    } else if (strcmp(how, "large") == 0) { /* more than a huge page: in a reservation */
        fill(1000000);
    } else if (strcmp(how, "pop") == 0) {
        fill(1000);
        mp_expect(mp_vec_u32_rw_pop(&vec, NULL));
    } else if (strcmp(how, "remove") == 0) {
        fill(1000);
        mp_expect(mp_vec_u32_rw_remove(&vec, 0, NULL));
    } else if (strcmp(how, "clear") == 0) {
        fill(1000);
        mp_vec_u32_rw_clear(&vec);
    } else if (strcmp(how, "clear_decommit") == 0) {
        fill(1000);
        mp_expect(mp_vec_u32_rw_clear_decommit(&vec));
    } else if (strcmp(how, "truncate") == 0) {
        fill(1000);
        mp_vec_u32_rw_truncate(&vec, 10);
    } else if (strcmp(how, "reserve") == 0) {
        fill(10);
        mp_expect(mp_vec_u32_rw_reserve(&vec, 100000));
    } else if (strcmp(how, "writer") == 0) {
        fill(10);
        mp_vec_u32_writer writer = mp_vec_u32_rw_writer(&vec);
        mp_expect(mp_vec_u32_writer_push(&writer, 10));
        mp_vec_u32_writer_finish(&writer);
    } else if (strcmp(how, "advance") == 0) {
        uint32_t *at;
        size_t room;
        fill(10);
        mp_expect(mp_vec_u32_rw_spare_mut(&vec, 100, &at, &room));
        at[0] = 10; /* all of the room may be used until then */
        at[99] = 10;
        mp_expect(mp_vec_u32_rw_advance(&vec, 1));
    } else if (strcmp(how, "freeze") == 0) {
        mp_vec_u32_ro frozen;
        fill(10);
        mp_expect(mp_vec_u32_rw_freeze(&vec, &frozen));
        return read_from(mp_vec_u32_ro_data(&frozen) + 10);
    } else if (strcmp(how, "thaw") == 0) {
        mp_vec_u32_ro frozen;
        fill(10);
        mp_expect(mp_vec_u32_rw_freeze(&vec, &frozen));
        mp_expect(mp_vec_u32_ro_thaw(&frozen, &vec));
    } else if (strcmp(how, "get_unchecked") == 0) {
        fill(10);
        return mp_vec_u32_rw_get_unchecked(&vec, 10);
    } else {
        mp_expect(MP_ERR_INVALID);
    }
    return read_from(past_len());
}

int main(int argc, char **argv) {
    printf("read %u\n", misuse(argc > 1 ? argv[1] : ""));
    mp_vec_u32_rw_destroy(&vec);
    return 0;
}
