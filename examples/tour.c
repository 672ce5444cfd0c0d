/* A tour of memory_pages on real input.
 *
 *     tour          loads its own executable
 *     tour FILE     loads FILE
 *
 * A line that starts with "ok" was checked. The exit status is 0 only if every check held. */
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tour_system.h"

/* ---- Telling --------------------------------------------------------------------------------- */

static int chapters, checks, broken_checks;

/* What switches a style of the terminal on and off; empty in a file or pipe. */
static const char *bold = "", *green = "", *red = "", *plain = "";

static void use_styles(void) {
    bold = "\033[1m";
    green = "\033[32m";
    red = "\033[1;31m";
    plain = "\033[0m";
}

static void begin_chapter(const char *title) {
    printf("\n%s%d. %s%s\n\n", bold, ++chapters, title, plain);
}

static void print_line(const char *style, const char *mark, const char *label, const char *format,
                       va_list values) {
    printf("  %s%-5s%s  %-11s", style, mark, plain, label);
    vprintf(format, values);
    putchar('\n');
}

/* Prints a fact. */
static void tell(const char *label, const char *format, ...) {
    va_list values;
    va_start(values, format);
    print_line("", "", label, format, values);
    va_end(values);
}

/* Prints a fact that must hold, and remembers if it does not. */
static void check(bool holds, const char *label, const char *format, ...) {
    checks++;
    broken_checks += !holds;
    va_list values;
    va_start(values, format);
    print_line(holds ? green : red, holds ? "ok" : "WRONG", label, format, values);
    va_end(values);
}

/* 1234567 as "1,234,567". */
#define GROUPED(number) group_digits((number), (char[32]){0}, 32)

static const char *group_digits(size_t number, char *text, size_t size) {
    char *at = text + size - 1;
    for (int digits = 0; digits == 0 || number != 0; digits++, number /= 10) {
        if (digits != 0 && digits % 3 == 0) *--at = ',';
        *--at = (char)('0' + number % 10);
    }
    return at;
}

static double milliseconds_since(double start) { return (tour_seconds() - start) * 1e3; }

/* Some processors say only in which page they faulted. */
static bool is_place_of(const void *named, const void *address) {
    return named == address ||
           (uintptr_t)named == (uintptr_t)address / mp_page_size() * mp_page_size();
}

/* Stores to `address` past every type, which must fault. */
static void check_store_faults(const void *address) {
    const tour_store store = tour_store_astray(address);
    check(store.faulted && is_place_of(store.address, address), "attacked",
          "%s stores a byte at %p: %s at %p", store.by, address,
          store.faulted ? store.fault : "no signal", store.address);
}

/* ---- A file that nothing can change ---------------------------------------------------------- */

/* The checksum of POSIX, so that anyone can check it with `cksum FILE`. */
typedef struct checksum {
    uint32_t remainder;
    size_t bytes;
} checksum;

static uint32_t remainders[256]; /* of one byte */

static void make_remainders(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t remainder = byte << 24;
        for (int bit = 0; bit < 8; bit++)
            remainder = (remainder << 1) ^ (remainder >> 31 ? 0x04c11db7u : 0);
        remainders[byte] = remainder;
    }
}

static void checksum_add_byte(checksum *sum, uint8_t byte) {
    sum->remainder = (sum->remainder << 8) ^ remainders[(sum->remainder >> 24) ^ byte];
}

static void checksum_add(checksum *sum, const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) checksum_add_byte(sum, bytes[i]);
    sum->bytes += n;
}

static uint32_t checksum_end(checksum sum) {
    for (size_t rest = sum.bytes; rest != 0; rest >>= 8) checksum_add_byte(&sum, rest & 0xff);
    return ~sum.remainder;
}

static uint32_t checksum_of_bytes(const uint8_t *bytes, size_t n) {
    checksum sum = {0, 0};
    checksum_add(&sum, bytes, n);
    return checksum_end(sum);
}

static uint32_t checksum_of_file(FILE *file) {
    checksum sum = {0, 0};
    uint8_t buffer[4096];
    size_t n;
    rewind(file);
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) checksum_add(&sum, buffer, n);
    return checksum_end(sum);
}

/* Reads all of `file`. Its size is not asked beforehand: files in /proc do not tell it. */
static mp_status load(FILE *file, mp_pages_r_w_nx *pages, size_t *bytes) {
    size_t n = 0;
    MP_TRY(mp_pages_r_w_nx_create(mp_page_size(), pages));
    for (;;) {
        const size_t len = mp_pages_r_w_nx_len(pages);
        n += fread(mp_pages_r_w_nx_data_mut(pages) + n, 1, len - n, file);
        if (n < len) break;
        MP_TRY(mp_pages_r_w_nx_resize(pages, 2 * len));
    }
    *bytes = n;
    return mp_pages_r_w_nx_resize(pages, n);
}

static mp_status tour_file(FILE *file, const char *path) {
    begin_chapter("A file that nothing can change");
    make_remainders();
    MP_AUTO(mp_pages_r_w_nx) writable = MP_INIT;
    size_t bytes;
    MP_TRY(load(file, &writable, &bytes));
    tell("opened", "%s", path);
    tell("loaded", "%s bytes into pages that hold %s, at %p", GROUPED(bytes),
         GROUPED(mp_pages_r_w_nx_len(&writable)), (const void *)mp_pages_r_w_nx_data(&writable));

    const uint32_t of_file = checksum_of_file(file);
    const uint32_t of_pages = checksum_of_bytes(mp_pages_r_w_nx_data(&writable), bytes);
    check(of_pages == of_file, "compared", "cksum %lu in the pages, %lu in the file read again",
          (unsigned long)of_pages, (unsigned long)of_file);

    MP_AUTO(mp_pages_r_nw_nx) readable = MP_INIT;
    MP_TRY(mp_pages_r_w_nx_deny_write(&writable, &readable));
    tell("denied", "writing: the handle is an mp_pages_r_nw_nx now, whose type has no write()");
    check_store_faults(mp_pages_r_nw_nx_data(&readable));

    const uint32_t afterwards = checksum_of_bytes(mp_pages_r_nw_nx_data(&readable), bytes);
    check(afterwards == of_file, "unharmed", "cksum %lu as before", (unsigned long)afterwards);
    return MP_OK;
}

/* ---- Machine code as a C function ------------------------------------------------------------ */

/* uint64_t add(uint64_t a, uint64_t b) and sub(), by this processor's calling convention. */
#if defined(__x86_64__) && defined(_WIN32)
#define HAS_MACHINE_CODE 1
static const uint8_t add_code[] = {0x48, 0x8d, 0x04, 0x11, 0xc3};             /* lea; ret */
static const uint8_t sub_code[] = {0x48, 0x89, 0xc8, 0x48, 0x29, 0xd0, 0xc3}; /* mov; sub; ret */
#elif defined(__x86_64__)
#define HAS_MACHINE_CODE 1
static const uint8_t add_code[] = {0x48, 0x8d, 0x04, 0x37, 0xc3};             /* lea; ret */
static const uint8_t sub_code[] = {0x48, 0x89, 0xf8, 0x48, 0x29, 0xf0, 0xc3}; /* mov; sub; ret */
#elif defined(__aarch64__)
#define HAS_MACHINE_CODE 1
static const uint8_t add_code[] = {0x00, 0x00, 0x01, 0x8b, 0xc0, 0x03, 0x5f, 0xd6}; /* add; ret */
static const uint8_t sub_code[] = {0x00, 0x00, 0x01, 0xcb, 0xc0, 0x03, 0x5f, 0xd6}; /* sub; ret */
#elif defined(__riscv) && __riscv_xlen == 64
#define HAS_MACHINE_CODE 1
static const uint8_t add_code[] = {0x33, 0x05, 0xb5, 0x00, 0x67, 0x80, 0x00, 0x00}; /* add; ret */
static const uint8_t sub_code[] = {0x33, 0x05, 0xb5, 0x40, 0x67, 0x80, 0x00, 0x00}; /* sub; ret */
#else
#define HAS_MACHINE_CODE 0
#endif

#if HAS_MACHINE_CODE
/* Writes the code, makes it executable and refers to it. */
static mp_status assemble(mp_pages_r_w_nx *writable, const uint8_t *bytes, size_t n,
                          mp_pages_r_nw_x *code, mp_fn_binary_u64 *function) {
    MP_TRY(mp_pages_r_w_nx_write(writable, 0, bytes, n));
    MP_TRY(mp_pages_r_w_nx_set_protected_exec(writable, code));
    MP_TRY(mp_pages_r_nw_x_fn_binary_u64(code, 0, function));
    tell("assembled", "%zu bytes at %p, executable and no longer writable", n,
         (const void *)mp_pages_r_nw_x_data(code));
    return MP_OK;
}

static mp_status tour_code(void) {
    begin_chapter("Machine code as a C function");
    MP_AUTO(mp_pages_r_w_nx) writable = MP_INIT;
    MP_AUTO(mp_pages_r_nw_x) code = MP_INIT;
    MP_TRY(mp_pages_r_w_nx_create(sizeof add_code, &writable));

    mp_fn_binary_u64 add;
    uint64_t result = 0;
    MP_TRY(assemble(&writable, add_code, sizeof add_code, &code, &add));
    MP_TRY(mp_fn_binary_u64_call(&add, 43, 34, &result));
    check(result == 77, "called", "add(43, 34) = %u", (unsigned)result);

    MP_TRY(mp_pages_r_nw_x_allow_write_no_exec(&code, &writable));
    tell("changed", "the pages are writable and no longer executable");
    const mp_status refused = mp_fn_binary_u64_call(&add, 43, 34, &result);
    check(refused == MP_ERR_STALE, "refused", "add(43, 34): %s instead of a jump",
          mp_status_name(refused));

    mp_fn_binary_u64 sub;
    MP_TRY(assemble(&writable, sub_code, sizeof sub_code, &code, &sub));
    MP_TRY(mp_fn_binary_u64_call(&sub, 43, 34, &result));
    check(result == 9, "called", "sub(43, 34) = %u", (unsigned)result);
    check(!mp_fn_binary_u64_is_current(&add), "asked",
          "add is stale for ever, though there is code at its address again");
    return MP_OK;
}
#else
static mp_status tour_code(void) {
    begin_chapter("Machine code as a C function");
    tell("skipped", "the tour brings machine code for x86-64, AArch64 and RISC-V only");
    return MP_OK;
}
#endif

/* ---- A million doubles ----------------------------------------------------------------------- */

/* A reader takes a slice, and so serves growing and frozen vectors alike. */
static double sum_of(mp_slice_f64 numbers) {
    double sum = 0.0;
    for (size_t i = 0; i < mp_slice_f64_len(numbers); i++)
        sum += mp_slice_f64_get_unchecked(numbers, i);
    return sum;
}

typedef struct memory {
    size_t of_vector, of_process;
} memory;

static mp_status measure(const char *label, const mp_vec_f64_rw *vec, memory *out) {
    MP_TRY(mp_vec_f64_rw_resident_bytes(vec, &out->of_vector));
    out->of_process = tour_process_bytes();
    tell(label, "%11s %11s %19s %19s", GROUPED(mp_vec_f64_rw_len(vec)),
         GROUPED(mp_vec_f64_rw_capacity(vec)), GROUPED(out->of_vector),
         out->of_process == 0 ? "not told" : GROUPED(out->of_process));
    return MP_OK;
}

static mp_status tour_vector(void) {
    begin_chapter("A million doubles, and their memory given back");
    enum { COUNT = 1000000 };
    MP_AUTO(mp_vec_f64_rw) vec = MP_INIT;
    MP_TRY(mp_vec_f64_rw_create(0, &vec));
    memory before, full, given_back;
    tell("", "%11s %11s %19s %19s", "elements", "capacity", "resident in vector", "in process");
    MP_TRY(measure("created", &vec, &before));

    const double start = tour_seconds();
    for (int i = 0; i < COUNT; i++) MP_TRY(mp_vec_f64_rw_push(&vec, i));
    const double pushing = milliseconds_since(start);
    MP_TRY(measure("pushed", &vec, &full));
    const double sum = sum_of(mp_vec_f64_rw_slice(&vec));
    const size_t capacity = mp_vec_f64_rw_capacity(&vec);

    MP_TRY(mp_vec_f64_rw_clear_decommit(&vec));
    MP_TRY(measure("cleared", &vec, &given_back));

    check(sum == (COUNT - 1.0) * COUNT / 2, "summed", "0 + 1 + ... + %s = %s",
          GROUPED(COUNT - 1), GROUPED((size_t)sum));
    tell("took", "%.1f ms for %s pushes", pushing, GROUPED(COUNT));
    check(full.of_vector >= COUNT * sizeof(double) && given_back.of_vector == 0, "gave back",
          "all %s bytes of the vector", GROUPED(full.of_vector));
    if (full.of_process != 0) {
        const size_t left = given_back.of_process;
        const size_t freed = full.of_process > left ? full.of_process - left : 0;
        check(freed >= full.of_vector / 10 * 9, "shrank", "the process, by %s bytes",
              GROUPED(freed));
    }
    check(mp_vec_f64_rw_capacity(&vec) == capacity, "kept", "its capacity, of %s elements",
          GROUPED(capacity));
    return MP_OK;
}

/* ---- A vector that is frozen ----------------------------------------------------------------- */

static mp_status tour_freeze(void) {
    begin_chapter("A vector that is frozen");
    enum { COUNT = 1000 };
    MP_AUTO(mp_vec_f64_rw) vec = MP_INIT;
    MP_TRY(mp_vec_f64_rw_create(COUNT, &vec));
    for (int i = 0; i < COUNT; i++) MP_TRY(mp_vec_f64_rw_push(&vec, i * i));
    const double sum = sum_of(mp_vec_f64_rw_slice(&vec));
    const double *place = mp_vec_f64_rw_data(&vec);
    tell("filled", "%s squares at %p", GROUPED(COUNT), (const void *)place);

    MP_AUTO(mp_vec_f64_ro) frozen = MP_INIT;
    MP_TRY(mp_vec_f64_rw_freeze(&vec, &frozen));
    check(mp_vec_f64_ro_data(&frozen) == place, "frozen", "where they are, without a copy");
    check_store_faults(mp_vec_f64_ro_at(&frozen, COUNT / 2));
    check(sum_of(mp_vec_f64_ro_slice(&frozen)) == sum, "read", "their sum, %s as before",
          GROUPED((size_t)sum));

    MP_TRY(mp_vec_f64_ro_thaw(&frozen, &vec));
    MP_TRY(mp_vec_f64_rw_set(&vec, 0, 0.5));
    check(*mp_vec_f64_rw_at(&vec, 0) == 0.5, "thawed", "and changed: element 0 is %.1f",
          *mp_vec_f64_rw_at(&vec, 0));
    return MP_OK;
}

/* ---- What the processor denies --------------------------------------------------------------- */

static const char *words_for(unsigned access) {
    static const char *const words[] = {"nothing", "read",          "write",          "read, write",
                                        "execute", "read, execute", "write, execute", "everything"};
    return words[access];
}

static mp_status tour_processor(void) {
    begin_chapter("What a stray access can do, past the types");
    static const struct {
        const char *pages;
        unsigned access;
    } types[] = {
        {"r_w_nx", MP_PAGES_R_W_NX_ACCESS},   {"r_nw_nx", MP_PAGES_R_NW_NX_ACCESS},
        {"r_nw_x", MP_PAGES_R_NW_X_ACCESS},   {"nr_nw_x", MP_PAGES_NR_NW_X_ACCESS},
        {"nr_w_nx", MP_PAGES_NR_W_NX_ACCESS}, {"nr_nw_nx", MP_PAGES_NR_NW_NX_ACCESS},
    };
    tell("mp_pages_", "%-20s%s", "allows", "possible on this processor");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const unsigned access = types[i].access;
        const unsigned possible = mp_enforced(access & MP_ACCESS_READ, access & MP_ACCESS_WRITE,
                                              access & MP_ACCESS_EXEC);
        check((possible & access) == access, types[i].pages, "%-20s%s", words_for(access),
              words_for(possible));
    }
    return MP_OK;
}

/* ---- The tour -------------------------------------------------------------------------------- */

static mp_status tour(FILE *file, const char *path) {
    printf("memory_pages on %s: pages of %s bytes, huge pages of %s\n", tour_machine(),
           GROUPED(mp_page_size()), GROUPED(mp_huge_page_size()));
    MP_TRY(tour_file(file, path));
    MP_TRY(tour_code());
    MP_TRY(tour_vector());
    MP_TRY(tour_freeze());
    MP_TRY(tour_processor());
    return MP_OK;
}

/* Opens a file that can be read twice and is not empty; else says why not and returns NULL. */
static FILE *open_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file != NULL && getc(file) != EOF && fseek(file, 0, SEEK_SET) == 0) return file;
    if (file != NULL && feof(file))
        fprintf(stderr, "%s: is empty\n", path);
    else
        perror(path);
    if (file != NULL) fclose(file);
    return NULL;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : tour_own_path();
    FILE *file = open_file(path);
    if (file == NULL) return EXIT_FAILURE;
    if (tour_is_terminal()) use_styles();
    const mp_status status = tour(file, path);
    fclose(file);
    if (status != MP_OK) {
        char line[256];
        mp_error_describe(mp_last_error(), line, sizeof line);
        fprintf(stderr, "tour: %s\n", line);
        return EXIT_FAILURE;
    }
    printf("\n%d of %d checks held.\n", checks - broken_checks, checks);
    return broken_checks == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
