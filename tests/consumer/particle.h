#ifndef PARTICLE_H
#define PARTICLE_H

struct particle {
    double x, y, z; /* metres */
    double mass;    /* kilograms */
};

#endif
