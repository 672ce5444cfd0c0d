/* The element of the tiny spec of a user. */
#ifndef PARTICLE_H
#define PARTICLE_H

struct particle {
    double position[3];
    double mass;
};

#endif
