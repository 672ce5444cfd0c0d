/* Handles of all kinds in all states, for a debugger to look at when stop() is reached. */
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>

#include "my_types.h"

/* What it is given must be in memory when it is called. */
__attribute__((noinline)) void stop(const void *const *handles) {
    __asm__ volatile("" : : "r"(handles) : "memory");
}

static struct graph_node node = {7};

int main(void) {
    mp_vec_u32_rw empty = MP_INIT;
    mp_vec_u32_rw numbers;
    mp_expect(mp_vec_u32_rw_create(0, &numbers));
    for (uint32_t i = 0; i < 5; i++) mp_expect(mp_vec_u32_rw_push(&numbers, i * i));

    mp_vec_f64_rw growing;
    mp_vec_f64_ro frozen;
    mp_expect(mp_vec_f64_rw_create(0, &growing));
    mp_expect(mp_vec_f64_rw_append(&growing, (const double[]){1, 2.5}, 2));
    mp_vec_f64_rw twin = growing;
    mp_expect(mp_vec_f64_rw_freeze(&growing, &frozen));
    mp_slice_f64 slice = mp_vec_f64_ro_slice(&frozen);

    mp_vec_ptr_rw pointers;
    mp_expect(mp_vec_ptr_rw_create(0, &pointers));
    mp_expect(mp_vec_ptr_rw_push(&pointers, NULL));

    mp_vec_u8_rw text;
    mp_expect(mp_vec_u8_rw_create(0, &text));
    mp_vec_u8_writer writer = mp_vec_u8_rw_writer(&text);
    mp_expect(mp_vec_u8_writer_push(&writer, 'm'));

    my_vec_particle_rw particles;
    mp_expect(my_vec_particle_rw_create(0, &particles));
    mp_expect(my_vec_particle_rw_push(&particles, (struct particle){1.5, 2}));
    my_vec_edge_rw edges;
    mp_expect(my_vec_edge_rw_create(0, &edges));
    mp_expect(my_vec_edge_rw_append(&edges, (const struct graph_edge[]){{1, 2}, {2, 3}}, 2));
    my_vec_node_rw nodes;
    mp_expect(my_vec_node_rw_create(0, &nodes));
    mp_expect(my_vec_node_rw_push(&nodes, &node));

    mp_pages_r_w_nx pages;
    mp_expect(mp_pages_r_w_nx_create(1, &pages));
    mp_pages_r_nw_x code, other_code;
    mp_expect(mp_pages_r_w_nx_set_protected_exec(&pages, &code));
    mp_fn_void function, ended;
    mp_expect(mp_pages_r_nw_x_fn_void(&code, 16, &function));
    mp_expect(mp_pages_r_nw_x_create(1, &other_code));
    mp_expect(mp_pages_r_nw_x_fn_void(&other_code, 0, &ended));
    mp_pages_r_nw_x_destroy(&other_code);
    my_pages_r_w_x own_pages, gone_pages;
    mp_expect(my_pages_r_w_x_create(1, &own_pages));
    my_fn_step step;
    mp_expect(my_pages_r_w_x_fn_my_step(&own_pages, 32, &step));
    mp_expect(my_pages_r_w_x_create(1, &gone_pages));
    my_pages_r_w_x own_twin = gone_pages;
    my_pages_r_w_x_destroy(&gone_pages);
    mp_vec_u32_rw nowhere = MP_INIT;
    nowhere.raw.region.ticket.slot = (const uint64_t *)(uintptr_t)8;

    const void *handles[] = {&empty, &numbers,    &growing,  &frozen,    &twin,    &slice,
                             &text,  &writer,     &pointers, &particles, &edges,   &nodes,
                             &pages, &code,       &function, &ended,     &nowhere, &own_pages,
                             &step,  &gone_pages, &own_twin};
    stop(handles);
    return 0;
}
