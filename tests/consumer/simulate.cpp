// The same headers in C++.
#include "my_vec_particle_rw.h"

#include <memory_pages/memory_pages.h>

#include <cstdio>

int main() {
    my_vec_particle_rw particles = MP_INIT;
    mp_expect(my_vec_particle_rw_create(1000, &particles));
    for (int i = 0; i < 1000; i++) {
        const particle next = {static_cast<double>(i), 0.0, 0.0, 0.5};
        mp_expect(my_vec_particle_rw_push(&particles, next));
    }
    double mass = 0.0;
    for (size_t i = 0; i < my_vec_particle_rw_len(&particles); i++)
        mass += my_vec_particle_rw_at(&particles, i)->mass;
    my_vec_particle_rw_destroy(&particles);
    std::printf("%.1f kg\n", mass);
    return 0;
}
