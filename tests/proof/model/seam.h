/* The system as src/os/mp_os.h promises it, and no better: each call may fail.
 *
 * Memory is watched at one byte, which may be any: what is proved of it is proved of all. Sizes are
 * the real ones, since nothing is simulated but that byte. Each call first claims that its caller
 * keeps the contract.
 */
#ifndef MODEL_SEAM_H
#define MODEL_SEAM_H

#include "../proof.h"
#include "os/mp_os.h"

typedef struct watched_byte {
    bool mapped;               /* it has an address */
    const unsigned char *at;   /* where; moves along with its content */
    const unsigned char *base; /* the mapping that it is in */
    size_t bytes;
    bool committed; /* or merely reserved */
    unsigned access;
    bool zero;    /* never written, or decommitted since */
    bool refused; /* the system would not release it */
    bool left;    /* its content moved away */
} watched_byte;

typedef struct seam_model {
    size_t page;
    size_t huge;
    bool may_fail;
    bool must_fail;
    bool has_failed; /* from then on the way back is granted */
    size_t calls;    /* that change something */
    unsigned access; /* of what a move takes along */
    void *lent;      /* what the next mapping is, if it is not NULL */
    watched_byte byte;
} seam_model;

extern seam_model seam;

/* A machine of any page size, whose slot table has its first segment. */
void seam_start(void);

enum { SLOTS_LENT = 8 };

/* Makes the next mapping the first segment of the slot table, of which SLOTS_LENT can be used. */
void seam_lend_slots(void);

/* Makes the next mapping a page for the state of a recycler. */
void seam_lend_state(void);

/* Whether [base, base + bytes) holds the byte that is watched. */
bool seam_holds(const void *base, size_t bytes);

#endif
