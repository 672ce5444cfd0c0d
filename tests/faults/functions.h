/** @file
 *  Every public function behind one face: functions.c is made from the spec, so that new types and
 *  functions join by themselves.
 */
#ifndef TESTS_FAULTS_FUNCTIONS_H
#define TESTS_FAULTS_FUNCTIONS_H

#include <memory_pages/mp_code.h>
#include <memory_pages/mp_options.h>
#include <memory_pages/mp_vec_raw.h>

enum { RANGES = 3 };

/** What a function finds when it is called. A typed handle holds nothing but what stands for it
 *  here; a region is the beginning of a vector. */
struct stage {
    mp_vec_raw handle;
    mp_code code;              /**< refers to the first byte of executable pages */
    const mp_options *options; /**< for what is created */
    size_t amount;             /**< of bytes to have, or of elements to add */
    size_t page;
    const void *elements; /**< as many as `amount` */
    void *foreign;        /**< a page that is not the library's */
    mp_range ranges[RANGES];

    union {
        unsigned char bytes[1 << 16];
        mp_vec_raw made; /**< of the functions that make a handle */
        mp_code reference;
        void *pointer;
        size_t number;
    } out;
    size_t out_size; /**< a second result */
};

enum family { PAGES, VECTOR };

/** What a handle must be like for the processor and for destroy. */
struct kind {
    enum family family;
    unsigned access;
    size_t element; /**< bytes */
};

/** What a function does with the handles and memory beyond calling. */
enum makes { MAKES_NOTHING, MAKES_HANDLE, MAKES_REFERENCE };

struct function {
    const char *name;
    mp_status (*call)(struct stage *stage); /**< MP_OK for those that return no status */
    unsigned statuses;                      /**< that the documentation names, a bit for each */
    enum makes makes;
    struct kind made;
    bool creates;        /**< a handle out of nothing */
    bool adopts;         /**< `foreign`, if it succeeds */
    bool gives_out;      /**< the memory, if it succeeds: `out.pointer` and `out_size` */
    bool needs_elements; /**< undefined where there is none */
    bool may_stop_half_way;
};

struct type {
    const char *name;
    struct kind subject; /**< the handle that its functions are called with */
    const struct function *functions;
    size_t count;
};

/** Every type that the spec has. */
extern const struct type types[];
extern const size_t type_count;

#endif
