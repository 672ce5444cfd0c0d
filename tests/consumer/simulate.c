/* A program as a user writes it: a vector of its own elements, filled, frozen and read. */
#include "my_vec_particle_ro.h"
#include "my_vec_particle_rw.h"

#include <stdio.h>

static mp_status total_mass(size_t count, double *out) {
    MP_AUTO(my_vec_particle_rw) growing = MP_INIT;
    MP_TRY(my_vec_particle_rw_create(0, &growing));
    for (size_t i = 0; i < count; i++) {
        const struct particle next = {(double)i, 0.0, 0.0, 0.5};
        MP_TRY(my_vec_particle_rw_push(&growing, next));
    }

    MP_AUTO(my_vec_particle_ro) particles = MP_INIT;
    MP_TRY(my_vec_particle_rw_freeze(&growing, &particles));
    double mass = 0.0;
    for (size_t i = 0; i < my_vec_particle_ro_len(&particles); i++)
        mass += my_vec_particle_ro_at(&particles, i)->mass;
    *out = mass;
    return MP_OK;
}

int main(void) {
    double mass = 0.0;
    mp_expect(total_mass(100000, &mass));
    printf("%.1f kg\n", mass);
    return 0;
}
