/** @file
 *  What the tests ask of the operating system, so that the suites are the same everywhere.
 *
 *  One file per system stands behind this page. What a system has no counterpart for, a test skips,
 *  and says so.
 */
#ifndef TESTS_UNIT_SYSTEM_H
#define TESTS_UNIT_SYSTEM_H

#include <check.h>
#include <memory_pages/mp_options.h>
#include <memory_pages/mp_system.h>

/* ---- What it can do -------------------------------------------------------------------------- */

enum ability {
    FORK,               /**< a child process starts with a copy of the memory */
    SIGNALS,            /**< a thread can be interrupted at any moment to run a handler */
    DENIED_RESIDENCY,   /**< memory counts as resident though all access to it is denied */
    DUMP_CONTROL,       /**< memory can be left out of core dumps */
    ATOMIC_DECOMMIT,    /**< a refused decommit leaves everything as it was */
    CHARGE_ON_WRITABLE, /**< memory counts against limits when it becomes writable, not before */
    PARTIAL_UNMAP, /**< part of a mapping can be unmapped; there may be only so many mappings */
    MOVES,         /**< pages get another address without being copied */
    ADVICE,        /**< options and hints about memory that exists already have an effect */
    RESIDENCY,     /**< it tells which memory is resident */
    DENIED_READS,  /**< what can't be read by a load can't be read by a system call, and reverse */
    OWN_SPACE,     /**< it tells how much address space the process itself has mapped */
    REUSED_PLACES, /**< a place that was given back may be mapped again */
    ABILITIES
};

/** Returns in a few words what is missing, or NULL if the system has the ability. */
const char *what_lacks(enum ability ability);

bool system_has(enum ability ability);

/** Tells whether the system lacks the ability, and prints so: the test is to return. */
bool skips_without(enum ability ability);

/** Tells whether a tool shares this process and its limits, and so can't bear what the test does to
 *  them (valgrind, ThreadSanitizer, an emulator); says so. */
bool skips_with_guests(void);

/** Tells whether locking memory has no effect, as under some sanitizers; says so. */
bool skips_without_mlock(void);

/** Divides a number of rounds where each is slow (valgrind, an emulator). */
size_t fewer_if_slow(size_t rounds);

/** Returns `wished` without the options that the system does not have. */
mp_options granted(mp_options wished);

/* ---- Faults ---------------------------------------------------------------------------------- */

/** Does one `access` to the byte at `address`: reads it, writes the first byte of `code_of_return`
 *  or calls it. Returns the address that the system named as fault, or NULL if nothing faulted. */
void *fault_of(mp_access access, void *address);

#define check_faults(access, address)                                                              \
    ck_assert_ptr_eq(fault_of(access, (void *)(uintptr_t)(address)), (address))
#define check_works(access, address)                                                               \
    ck_assert_ptr_eq(fault_of(access, (void *)(uintptr_t)(address)), NULL)

/* ---- Mappings that are not the library's ----------------------------------------------------- */

/** Maps `n` bytes at `address`, or anywhere if that is NULL. NULL if the place is taken. */
void *map_foreign(void *address, size_t n, unsigned access);

/** Unmaps what map_foreign() or the library has mapped, all of it. */
void unmap_foreign(void *base, size_t n);

/** Takes mappings until the system refuses another; release_mappings() gives them all back. */
void exhaust_mappings(void);
void release_mappings(void);

/** Locks what will be mapped from now on. False if the system can't, or refuses. */
bool lock_all_memory(void);

/* ---- Threads and processes ------------------------------------------------------------------- */

typedef struct thread thread;

thread *start_thread(void *(*run)(void *), void *argument);

/** Waits for its end; returns what it returned. */
void *join_thread(thread *started);

void wait_milliseconds(unsigned milliseconds);

/** From now on a thread of this process is interrupted again and again to run `handler`; NULL: no
 *  longer. Needs SIGNALS. */
void interrupt_often(void (*handler)(int));

/** Runs `body`, in a child process if there can be one; a failed check there fails here. What is
 *  refused in it is refused no longer afterwards. */
void in_child(void (*body)(void));

/** Runs `body`, which must end by abort(), and leaves what it wrote to stderr in `text`. */
void check_aborts(void (*body)(void), char *text, size_t size);

/* ---- A system that refuses ------------------------------------------------------------------- */

/** The calls that the library makes, by what they are for. */
enum system_call { CALL_MAP, CALL_PROTECT, CALL_DECOMMIT, CALL_LOCK };

/** Returns the error that the library reports when the system fails `call` for this reason. */
mp_error system_error(enum system_call call, mp_status status);

/** From now on `call` fails for this reason, for the whole process. */
void refuse(enum system_call call, mp_status status);

/** The same for each call that the library makes and some reasons: `i` is below refusal_count(). */
int refusal_count(void);
void refuse_in_turn(int i);

/** At the next attempt to unmap memory calls `look`, which has to end the process. */
void look_before_unmap(void (*look)(void));

/** From now on this process can make no new code. False if the system can't. */
bool forbid_new_code(void);

/** Limits a resource to `bytes` more than the process uses now; nothing but the call under test
 *  should stand before lift_limit(). */
enum limit { LIMIT_ADDRESS_SPACE, LIMIT_MEMORY };
void limit_growth(enum limit limit, size_t bytes);
void lift_limit(enum limit limit);

#endif
