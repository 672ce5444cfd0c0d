/* The C types behind own_types.yml. */
#pragma once

struct particle {
    double x, mass;
};

struct graph_edge {
    int from, to;
};

struct graph_node {
    int number;
};
