/** @file
 *  One status for every call that can fail, and what stands behind the last failure.
 *
 *  `MP_OK` is 0. On failure nothing has changed and nothing is lost. A status says what went wrong;
 *  mp_last_error() adds the system's own code and the call that gave it.
 */
#ifndef MEMORY_PAGES_MP_STATUS_H
#define MEMORY_PAGES_MP_STATUS_H

#include "mp_config.h"

#ifdef MP_OK
#error "MP_OK is already a macro of another library (GNU MP and others define one); include memory_pages first, or undefine it"
#endif

MP_EXTERN_C_BEGIN

/** Every status: X(name, value, text). The one place where a code and its text are written. */
#define MP_STATUS_MAP(X)                                                                           \
    X(MP_OK, 0, "success")                                                                         \
    X(MP_ERR_DENIED, 1, "the system denied this access or operation")                              \
    X(MP_ERR_OUT_OF_MEMORY, 2, "the system has no memory or address space left for this")          \
    X(MP_ERR_TOO_MANY_MAPPINGS, 3, "the process has as many mappings as the system allows")        \
    X(MP_ERR_UNSUPPORTED, 4, "this system cannot do this")                                         \
    X(MP_ERR_OVERFLOW, 5, "the size in bytes does not fit in a size_t")                            \
    X(MP_ERR_OUT_OF_RANGE, 6, "the index, offset or range lies outside")                           \
    X(MP_ERR_MISALIGNED, 7, "offset and size must be multiples of the page size")                  \
    X(MP_ERR_ZERO_SIZE, 8, "a size of zero means nothing here")                                    \
    X(MP_ERR_INVALID, 9, "an argument is not valid")                                               \
    X(MP_ERR_EMPTY, 10, "the handle is empty: it owns nothing")                                    \
    X(MP_ERR_STALE, 11,                                                                            \
      "the memory behind this was changed, moved or destroyed through another handle")             \
    X(MP_ERR_FULL, 12, "there is no room left within the capacity")                                \
    X(MP_ERR_SYSTEM, 13, "the system failed in an unexpected way")

/** The outcome of a call. */
typedef enum mp_status {
#define MP_STATUS_ENTRY(name, value, text) name = value,
    MP_STATUS_MAP(MP_STATUS_ENTRY)
#undef MP_STATUS_ENTRY
} mp_status;

/** What stands behind a failure. */
typedef struct mp_error {
    mp_status status;  /**< what the failing call returned; `MP_OK` before the first failure */
    int system_code;   /**< `errno` or `GetLastError()`; 0 when the library itself refused */
    const char *call; /**< the system call or operation that failed; a string that lives for ever */
} mp_error;

/** Returns the name of `status`, such as "MP_ERR_STALE"; "MP_ERR_?" for a number that is none.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API const char *mp_status_name(mp_status status);

/** Returns one clause about `status`, in English; never NULL.
 *  @note Threads and signal handlers: any number at once.
 */
MP_API const char *mp_status_text(mp_status status);

/** Returns the calling thread's last failure. It is written by failing calls only.
 *  @note Threads and signal handlers: any number at once; a handler shares that of its thread.
 */
MP_API mp_error mp_last_error(void);

/** Writes one line about `error`, without a newline, as snprintf() would.
 *
 *  @param error   what mp_last_error() returned
 *  @param buffer  where to write; always ends in a NUL when `size` is not 0; may be NULL if it is 0
 *  @param size    bytes in `buffer`
 *  @return        the length of the whole line, which may exceed what fitted
 *  @note Threads: any number at once. Signal handlers: none, for it calls snprintf().
 */
MP_API size_t mp_error_describe(mp_error error, char *buffer, size_t size);

/** Takes a status and does nothing: says in the source that a failure here does not matter. */
static inline void mp_ignore(mp_status status) { (void)status; }

/** Records a failure as the thread's last error. For the library's headers.
 *
 *  @param status  the failure
 *  @param call    the operation that failed; kept, not copied
 */
MP_API MP_COLD void mp_record_failure(mp_status status, const char *call);

/** Records a failure and returns `status`, which a compiler can then see to be no success. */
static inline mp_status mp_fail(mp_status status, const char *call) {
    mp_record_failure(status, call);
    return status;
}

/** @def MP_TRY(expression)
 *  Evaluates `expression` once; unless it is `MP_OK`, returns it from the calling function. */
#define MP_TRY(expression)                                                                         \
    do {                                                                                           \
        const mp_status mp_try_status_ = (expression);                                             \
        if (MP_UNLIKELY(mp_try_status_ != MP_OK)) return mp_try_status_;                           \
    } while (0)

/** @def mp_expect(expression)
 *  Evaluates `expression` once; unless it is `MP_OK`, panics with its text and this place. */
#define mp_expect(expression)                                                                      \
    do {                                                                                           \
        const mp_status mp_expect_status_ = (expression);                                          \
        if (MP_UNLIKELY(mp_expect_status_ != MP_OK))                                               \
            mp_panic_status(mp_expect_status_, #expression, __FILE__, __LINE__);                   \
    } while (0)

/** Receives a panic's one line, without a newline. If it returns, the process aborts. */
typedef void (*mp_panic_handler)(const char *message);

/** Replaces what happens on a panic; the default writes the line to stderr.
 *
 *  A handler may leave by longjmp() or a C++ exception; the library holds nothing at that moment.
 *
 *  @param handler  the new handler; NULL restores the default
 *  @return         the handler before; NULL for the default
 *  @note Threads and signal handlers: any number at once.
 */
MP_API mp_panic_handler mp_set_panic_handler(mp_panic_handler handler);

/** Panics about an index: "FUNCTION: index INDEX is out of range for length LEN". */
MP_API MP_COLD_NORETURN void mp_panic_index(const char *function, size_t index, size_t len);

/** Panics about a status; see mp_expect(). */
MP_API MP_COLD_NORETURN void mp_panic_status(mp_status status, const char *expression,
                                             const char *file, int line);

MP_EXTERN_C_END

#endif
