/* Tickets: who owns what, told by slots and epochs.
 *
 * A slot is the record of one mapping, in a table that is never unmapped, so that any ticket,
 * however old, may be compared. Its epoch is even while a handle owns the mapping, and odd while
 * nobody does or somebody is changing it. A change ends with the next even number, a failed change
 * with the old one; no number serves two owners. At one change a nanosecond, 64 bits last 584
 * years.
 *
 * Lock-free throughout: a thread that is stopped in the middle holds up nobody. After fork() the
 * child has a table of its own, in which a handle that another thread was just changing reads as
 * stale.
 */
#ifndef MP_TICKET_H
#define MP_TICKET_H

#include "memory_pages/mp_region.h"
#include "os/mp_os.h"

struct mp_recycler_state;

/* 64 bytes: a cache line, so that no check of a ticket waits for a change of its neighbour. */
typedef struct mp_slot {
    uint64_t epoch; /* atomic; first, because this is what a ticket points to */
    uint32_t next;  /* atomic; while on a stack: the name of the slot below */
    uint32_t name;  /* its place in the table, from 1 on */

    /* The mapping. Belongs to whoever has claimed the slot. */
    unsigned char *base; /* of all address space, guard pages included */
    size_t bytes;        /* of the same */
    size_t alignment;    /* of the accessible part */
    union {
        size_t reservation; /* what was asked for, for when the mapping has to move */
        size_t kept_len;    /* in a recycler: bytes of the accessible part */
    };
    uint8_t access;       /* mp_access bits of the accessible part */
    uint8_t huge_pages;   /* mp_huge_pages */
    uint8_t advice;       /* atomic; mp_advice that a move must take along */
    uint8_t address_told; /* atomic; whether code counts on the address */
    bool prefault : 1, locked : 1, no_dump : 1, wipe_on_fork : 1, wipe_on_destroy : 1,
        guard_pages : 1, promised : 1, /* the system has counted all of it: growth counts too */
        huge : 1;                      /* huge pages were asked for */
    union {
        struct mp_recycler_state *recycler; /* which gets the memory in the end; may be NULL */
        uint64_t kept_since;                /* in a recycler: milliseconds of its clock */
    };
} mp_slot;

/* Gives out a slot that nobody else has, claimed. */
mp_os_result mp_slot_take(mp_slot **out);

/* Takes a claimed slot back. Every ticket for it is stale from now on. */
void mp_slot_give_back(mp_slot *slot);

/* MP_OK, MP_ERR_EMPTY or MP_ERR_STALE. Records no error. */
mp_status mp_ticket_check(const mp_ticket *ticket);

/* As mp_ticket_check(), and on MP_OK nobody else owns or claims the slot until the claimant ends it
 * by one of the three calls below, or gives it back. */
mp_status mp_ticket_claim(const mp_ticket *ticket, mp_slot **out);

/* Ends a claim: something changed, and `ticket` alone is current. */
void mp_ticket_renew(mp_slot *slot, mp_ticket *ticket);

/* Ends a claim: nothing changed, and the tickets before it are current again. */
void mp_ticket_restore(mp_slot *slot);

/* A stack of claimed slots, linked through the slots themselves; all zero is empty. Lock-free. */
typedef struct mp_slot_stack {
    uint64_t top; /* atomic */
} mp_slot_stack;

void mp_slot_push(mp_slot_stack *stack, mp_slot *slot);

/* NULL when empty. */
mp_slot *mp_slot_pop(mp_slot_stack *stack);

#endif
