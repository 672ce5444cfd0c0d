/* Each public function of each type, with each of its system calls failing in turn: with each error
 * that the system can give, once and from then on. What is promised holds after each:
 *
 *   - the status is one that the documentation names, and the last error says which call failed;
 *   - on failure every handle and every element is as before, outputs are as promised, and the
 *     process has the same address space and no more physical memory;
 *   - on success the outcome is that of a system that refuses nothing, and the last error is as
 *     before; errno is as before in any case;
 *   - the kernel's permission is that of the type;
 *   - the same call then succeeds, and destroying everything leaves nothing behind. */
#define _GNU_SOURCE
#include "functions.h"
#include "machine_code.h"
#include "seam.h"
#include "support.h"
#include "system.h"

#include "mp_ticket.h"

#include <errno.h>
#include <fcntl.h>
#include <memory_pages/mp_recycler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Vectors get large at the size of a huge page, which the seam makes small. */
enum { HUGE_PAGE = 1 << 16, KNOWN_ERRNO = 4242, GARBAGE = 0xa5 };

static size_t page;

/* ---- What went on, for the report and the message -------------------------------------------- */

static struct figures { size_t functions, runs, cases; } * figures; /* shared by all processes */

static struct {
    const struct function *function;
    const char *situation;
    struct fault fault;
} now;

static const struct {
    int number;
    const char *name;
} errors[] = {{ENOMEM, "ENOMEM"}, {EACCES, "EACCES"}, {EPERM, "EPERM"},  {EINVAL, "EINVAL"},
              {EAGAIN, "EAGAIN"}, {ENOSYS, "ENOSYS"}, {EFAULT, "EFAULT"}};

static const char *error_name(int number) {
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i].number == number) return errors[i].name;
    return "?";
}

#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) fail_with(#condition, __LINE__);                                         \
    } while (0)

static _Noreturn void fail_with(const char *condition, int line) {
    const char *call = seam_call(now.fault.first);
    fprintf(stderr, "%s (%s), call %u (%s) fails %s with %s: not so: %s (line %d)\n",
            now.function != NULL ? now.function->name : "?",
            now.situation != NULL ? now.situation : "?", now.fault.first,
            call != NULL ? call : "none", now.fault.persistent ? "for ever" : "once",
            now.fault.first != 0 ? error_name(now.fault.error) : "nothing", condition, line);
    ck_abort_msg("see above");
}

/* ---- What the kernel says -------------------------------------------------------------------- */

struct span {
    uintptr_t first, end;
    unsigned access;
};

enum { SPANS = 512 };

struct map {
    struct span spans[SPANS]; /* as the kernel lists them */
    size_t count;
};

static int maps_file = -1, memory_file = -1;

static uintptr_t read_hex(const char **at) {
    uintptr_t value = 0;
    for (;; (*at)++) {
        const char c = **at;
        if (c >= '0' && c <= '9')
            value = value * 16 + (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (uintptr_t)(c - 'a' + 10);
        else
            return value;
    }
}

/* Without what grows by itself: the heap and the stack. */
static void read_map(struct map *map) {
    static char text[1 << 16];
    size_t length = 0;
    ssize_t got;
    while ((got = pread(maps_file, text + length, sizeof text - 1 - length, (off_t)length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    map->count = 0;
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end_of_line = strchr(line, '\n');
        if (end_of_line[-1] == ']') continue;
        check(map->count < SPANS);
        struct span *span = &map->spans[map->count++];
        span->first = read_hex(&line);
        line++;
        span->end = read_hex(&line);
        span->access = (line[1] == 'r' ? MP_ACCESS_READ : 0u) |
                       (line[2] == 'w' ? MP_ACCESS_WRITE : 0u) |
                       (line[3] == 'x' ? MP_ACCESS_EXEC : 0u);
    }
}

static size_t mapped_bytes(const struct map *map) {
    size_t bytes = 0;
    for (size_t i = 0; i < map->count; i++) bytes += map->spans[i].end - map->spans[i].first;
    return bytes;
}

/* Whether the same addresses are mapped, whatever their permission. */
static bool same_addresses(const struct map *a, const struct map *b) {
    size_t i = 0, j = 0;
    while (i < a->count && j < b->count) {
        if (a->spans[i].first != b->spans[j].first) return false;
        uintptr_t a_end = a->spans[i++].end, b_end = b->spans[j++].end;
        while (i < a->count && a->spans[i].first == a_end) a_end = a->spans[i++].end;
        while (j < b->count && b->spans[j].first == b_end) b_end = b->spans[j++].end;
        if (a_end != b_end) return false;
    }
    return i == a->count && j == b->count;
}

static bool has_access(const struct map *map, const void *data, size_t n, unsigned access) {
    uintptr_t next = (uintptr_t)data;
    const uintptr_t end = next + n;
    for (size_t i = 0; i < map->count && next < end; i++) {
        const struct span *span = &map->spans[i];
        if (span->end <= next) continue;
        if (span->first > next || span->access != access) return false;
        next = span->end;
    }
    return next >= end;
}

static size_t resident_pages(const unsigned char *data, size_t n) {
    unsigned char pages[512];
    size_t resident = 0;
    for (size_t done = 0; done < n; done += sizeof pages * page) {
        const size_t left = n - done,
                     piece = left < sizeof pages * page ? left : sizeof pages * page;
        check(mincore((void *)(uintptr_t)(data + done), piece, pages) == 0);
        for (size_t i = 0; i < piece / page; i++) resident += pages[i] & 1u;
    }
    return resident;
}

/* ---- Situations ------------------------------------------------------------------------------ */

enum presence { PRESENT, EMPTY, STALE };

struct situation {
    const char *name;
    mp_options options;
    enum presence presence;
    size_t bytes;    /* of the pages, or of the vector's elements */
    size_t capacity; /* of the vector, in bytes */
    size_t more;     /* pages: what they become; vectors: bytes to add; 0: four elements */
    size_t unused;   /* vectors: bytes that held elements before */
    bool recycles;   /* a recycler has something to give */
    bool is_advised;
    bool never_exec;
};

enum { P = 4096, H = HUGE_PAGE };

static const struct situation page_situations[] = {
    {"empty", .presence = EMPTY, .more = 2 * P},
    {"stale", .presence = STALE, .bytes = P, .more = 2 * P},
    {"growing", .bytes = 4 * P, .more = 8 * P},
    {"shrinking", .bytes = 4 * P, .more = 2 * P},
    {"locked", {.locked = true}, .bytes = 4 * P, .more = 8 * P},
    {"prefault", {.prefault = true}, .bytes = 4 * P, .more = 8 * P},
    {"guard pages, growing", {.guard_pages = true}, .bytes = 4 * P, .more = 8 * P},
    {"guard pages, shrinking", {.guard_pages = true}, .bytes = 4 * P, .more = 2 * P},
    {"everything",
     {.guard_pages = true,
      .locked = true,
      .prefault = true,
      .no_dump = true,
      .wipe_on_destroy = true,
      .alignment = H},
     .bytes = 4 * P,
     .more = 8 * P},
    {"wiped in children",
     {.wipe_on_fork = true},
     .bytes = 4 * P,
     .more = 8 * P,
     .never_exec = true},
    {"aligned, advised", {.alignment = H}, .bytes = 4 * P, .more = 8 * P, .is_advised = true},
    {"huge pages", {.huge_pages = MP_HUGE_PAGES_ALWAYS}, .bytes = H, .more = 2 * H},
    {"no huge pages", {.huge_pages = MP_HUGE_PAGES_NEVER}, .bytes = 4 * P, .more = 8 * P},
    {"recycled", {.wipe_on_destroy = true}, .bytes = 4 * P, .more = 4 * P, .recycles = true},
};

static const struct situation vector_situations[] = {
    {"empty", .presence = EMPTY},
    {"stale", .presence = STALE, .bytes = P},
    {"without elements", .bytes = 0},
    {"with room", .bytes = P / 2, .capacity = 2 * P},
    {"full page", .bytes = P},
    {"outgrows the small tier at once", .bytes = P, .more = 2 * H},
    {"outgrows the small tier", .bytes = H, .capacity = H},
    {"all accessible is used", {.reservation = 4 * H}, .bytes = H},
    {"much is unused", {.reservation = 4 * H}, .bytes = P, .unused = 2 * H},
    {"reservation is used up", {.reservation = H}, .bytes = H},
    {"reservation is used up at once", {.reservation = H}, .bytes = P, .more = 2 * H},
    {"locked page", {.locked = true}, .bytes = P},
    {"locked", {.locked = true, .reservation = 2 * H}, .bytes = H},
    {"locked, used up", {.locked = true, .reservation = H}, .bytes = H},
    {"prefault page", {.prefault = true}, .bytes = P},
    {"prefault, used up", {.prefault = true, .reservation = H}, .bytes = H},
    {"guard pages", {.guard_pages = true, .no_dump = true}, .bytes = P},
    {"guard pages, used up", {.guard_pages = true, .no_dump = true, .reservation = H}, .bytes = H},
    {"aligned, advised",
     {.alignment = 2 * H, .wipe_on_fork = true, .wipe_on_destroy = true},
     .bytes = P,
     .is_advised = true},
    {"huge pages", {.huge_pages = MP_HUGE_PAGES_ALWAYS}, .bytes = H, .more = H},
    {"no huge pages", {.huge_pages = MP_HUGE_PAGES_NEVER}, .bytes = P, .more = 2 * H},
    {"recycled", {.wipe_on_destroy = true}, .bytes = P, .recycles = true},
    {"recycled reservation", {.reservation = 2 * H}, .bytes = H, .recycles = true},
};

static unsigned char pattern[1 << 19];
static mp_recycler recycler;
static mp_options options;
static mp_vec_raw stale_owner; /* of what a stale handle once owned */

static mp_element element_of(const struct kind *kind) {
    return (mp_element){.size = kind->element};
}

static size_t bytes_in(const struct kind *kind, const mp_vec_raw *handle) {
    return kind->family == PAGES ? handle->region.len : handle->len * kind->element;
}

static void destroy(const struct kind *kind, mp_vec_raw *handle) {
    const mp_element element = element_of(kind);
    if (kind->family == PAGES)
        mp_region_destroy(&handle->region);
    else
        mp_vec_raw_destroy(handle, &element, !(kind->access & MP_ACCESS_WRITE));
}

static void build_pages(const struct kind *kind, const struct situation *it, mp_vec_raw *out) {
    mp_region writable;
    check_ok(mp_region_create(it->bytes, MP_ACCESS_READ | MP_ACCESS_WRITE, &options, &writable));
    memcpy(writable.data, pattern, writable.len);
    check_ok(mp_region_transition(&writable, &out->region, kind->access));
}

static void build_vector(const struct kind *kind, const struct situation *it, mp_vec_raw *out) {
    const mp_element element = element_of(kind);
    mp_vec_raw made;
    check_ok(mp_vec_raw_create(it->capacity / element.size, &options, &element, &made));
    const size_t unused = it->unused / element.size;
    check_ok(mp_vec_raw_insert_n(&made, 0, pattern, it->bytes / element.size + unused, &element));
    mp_vec_raw_truncate(&made, it->bytes / element.size, &element);
    if (kind->access & MP_ACCESS_WRITE)
        *out = made;
    else
        check_ok(mp_vec_raw_freeze(&made, out, &element));
}

static void build(const struct kind *kind, const struct situation *it, mp_vec_raw *out) {
    const mp_vec_raw empty = MP_INIT;
    *out = empty;
    if (it->presence == EMPTY) return;
    if (kind->family == PAGES)
        build_pages(kind, it, out);
    else
        build_vector(kind, it, out);
    if (it->is_advised) check_ok(mp_region_advise(&out->region, 0, MP_ADVICE_RANDOM));
}

static void set_stage(const struct type *type, const struct situation *it, struct stage *stage) {
    const struct kind *kind = &type->subject;
    options = it->options;
    if (it->recycles) {
        check_ok(mp_recycler_create((size_t)1 << 30, 0, &recycler));
        options.recycler = &recycler;
        mp_vec_raw kept[2];
        for (size_t i = 0; i < COUNT_OF(kept); i++) build(kind, it, &kept[i]);
        for (size_t i = 0; i < COUNT_OF(kept); i++) destroy(kind, &kept[i]);
    }
    build(kind, it, &stage->handle);
    if (it->presence == STALE) {
        const mp_vec_raw twin = stage->handle;
        mp_vec_raw_move(&stage->handle, &stale_owner);
        mp_region moved;
        check_ok(mp_region_transition(&stale_owner.region, &moved, kind->access));
        stale_owner.region = moved;
        stage->handle = twin;
    }
    const mp_code none = MP_INIT;
    stage->code = none;
    if (it->presence == PRESENT && (kind->access & MP_ACCESS_EXEC))
        check_ok(mp_code_at(&stage->handle.region, 0, &stage->code));

    stage->options = &options;
    stage->amount = it->more == 0 ? 4 : it->more / kind->element;
    stage->page = page;
    stage->elements = pattern;
    stage->foreign = mmap(NULL, page,
                          (kind->access & MP_ACCESS_READ ? PROT_READ : 0) |
                              (kind->access & MP_ACCESS_WRITE ? PROT_WRITE : 0) |
                              (kind->access & MP_ACCESS_EXEC ? PROT_EXEC : 0),
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(stage->foreign != MAP_FAILED);
    for (size_t i = 0; i < RANGES; i++) stage->ranges[i] = (mp_range){i * page, page};
}

static void clear_outputs(struct stage *stage) {
    memset(&stage->out, GARBAGE, sizeof stage->out);
    memset(&stage->out_size, GARBAGE, sizeof stage->out_size);
}

/* What could not be unmapped is given back along with whatever is destroyed next. */
static void release_all(void) {
    mp_region any;
    check_ok(mp_region_create(page, MP_ACCESS_READ, NULL, &any));
    mp_region_destroy(&any);
    check(mp_unreleased_bytes() == 0);
}

static void clear_stage(const struct type *type, const struct situation *it, struct stage *stage) {
    destroy(&type->subject, &stage->handle);
    if (it->presence == STALE) destroy(&type->subject, &stale_owner);
    if (stage->foreign != NULL) check(munmap(stage->foreign, page) == 0);
    if (it->recycles) mp_recycler_destroy(&recycler);
    release_all();
}

/* ---- Contents -------------------------------------------------------------------------------- */

enum { CONTENT = 1 << 19 };

struct content {
    size_t n;
    unsigned char bytes[CONTENT];
};

/* Through the kernel where the type denies reading. */
static const unsigned char *bytes_of(const struct kind *kind, const mp_vec_raw *handle) {
    static unsigned char copy[CONTENT];
    if (kind->access & MP_ACCESS_READ) return handle->region.data;
    const size_t n = bytes_in(kind, handle);
    check(pread(memory_file, copy, n, (off_t)(uintptr_t)handle->region.data) == (ssize_t)n);
    return copy;
}

static void remember(const struct kind *kind, const mp_vec_raw *handle, struct content *content) {
    content->n = bytes_in(kind, handle);
    check(content->n <= CONTENT);
    if (content->n != 0) memcpy(content->bytes, bytes_of(kind, handle), content->n);
}

static bool is_as(const struct kind *kind, const mp_vec_raw *handle,
                  const struct content *content) {
    const size_t n = bytes_in(kind, handle);
    return n == content->n && (n == 0 || memcmp(bytes_of(kind, handle), content->bytes, n) == 0);
}

/* ---- One call -------------------------------------------------------------------------------- */

/* How it goes where the system refuses nothing; children find it as well. */
static struct clean {
    mp_status status;
    unsigned calls;
    struct content before, after, made;
} * clean;

static struct stage stage;

static mp_vec_raw *owner_in(const struct situation *it) {
    return it->presence == STALE ? &stale_owner : &stage.handle;
}

static mp_vec_raw made_handle(void) {
    mp_vec_raw made = MP_INIT;
    const struct function *f = now.function;
    if (f->makes == MAKES_HANDLE)
        memcpy(&made, &stage.out, f->made.family == PAGES ? sizeof made.region : sizeof made);
    return made;
}

static size_t resident_around(const mp_vec_raw *owner) {
    const mp_slot *slot = (const mp_slot *)(const void *)owner->region.ticket.slot;
    if (slot == NULL) return 0;
    const size_t near = (size_t)(owner->region.data - slot->base) + owner->region.len + 4 * H;
    return resident_pages(slot->base, slot->bytes < near ? slot->bytes : near);
}

/* Address space that stays once the library has taken it: the table of slots. */
static size_t tables;

static void check_addresses(const struct map *after, const struct map *before, bool may_shrink) {
    const size_t more = mp_unreleased_bytes() + tables;
    if (more != 0 || may_shrink)
        check(mapped_bytes(after) <= mapped_bytes(before) + more);
    else
        check(same_addresses(after, before));
}

static void check_permission(const struct map *map, const struct kind *kind,
                             const mp_vec_raw *handle) {
    check(has_access(map, handle->region.data, handle->region.len, kind->access));
}

/* After a success: as if nothing had been refused. */
static void check_success(const struct type *type, const struct situation *it, bool is_clean) {
    struct map map;
    read_map(&map);
    mp_vec_raw *owner = owner_in(it), made = made_handle();
    check_permission(&map, &type->subject, owner);
    check_permission(&map, &now.function->made, &made);
    if (is_clean) {
        remember(&type->subject, owner, &clean->after);
        remember(&now.function->made, &made, &clean->made);
    }
    check(is_as(&type->subject, owner, &clean->after));
    check(is_as(&now.function->made, &made, &clean->made));
    if (now.function->gives_out) check(munmap(stage.out.pointer, stage.out_size) == 0);
    if (now.function->adopts) stage.foreign = NULL;
    destroy(&now.function->made, &made);
}

static void check_outputs_of_failure(void) {
    size_t written = 0;
    if (now.function->makes == MAKES_REFERENCE) written = sizeof(mp_code);
    if (now.function->makes == MAKES_HANDLE)
        written = now.function->made.family == PAGES ? sizeof(mp_region) : sizeof(mp_vec_raw);
    check(bytes_are(&stage.out, 0, written));
    check(bytes_are(stage.out.bytes + written, GARBAGE, sizeof stage.out - written));
    check(bytes_are(&stage.out_size, GARBAGE, sizeof stage.out_size));
}

static void check_last_error(mp_status status) {
    const mp_error error = mp_last_error();
    check(error.status == status);
    if (error.system_code == 0) {
        /* What the library refuses by itself: without the size of huge pages it has none. */
        check(status == clean->status ||
              (status == MP_ERR_UNSUPPORTED && (seam_refused("open") || seam_refused("read"))));
        return;
    }
    check(seam_refused(error.call));
    const bool has_room_for_doubt = strcmp(error.call, "mmap") == 0 && now.fault.error == EINVAL;
    check(error.system_code == (has_room_for_doubt ? ENOMEM : now.fault.error));
}

/* A bad index is no matter of the system's: what panics has not asked it for anything. */
static mp_status call(void) {
    clear_outputs(&stage);
    errno = KNOWN_ERRNO;
    if (setjmp(panic_return) != 0) return MP_OK;
    const mp_status status = now.function->call(&stage);
    check(errno == KNOWN_ERRNO);
    return status;
}

static void run(const struct type *type, const struct situation *it, const struct map *start) {
    static struct map before, after;
    const bool is_clean = now.fault.first == 0;
    set_stage(type, it, &stage);
    mp_vec_raw *owner = owner_in(it);
    if (is_clean) remember(&type->subject, owner, &clean->before);
    read_map(&before);
    const size_t resident = resident_around(owner);
    const mp_vec_raw handle = stage.handle, owning = *owner;
    const mp_error error = mp_last_error();

    seam_open(now.fault);
    const mp_status status = call();
    const unsigned calls = seam_close();
    if (is_clean) {
        clean->status = status;
        clean->calls = calls;
    }

    check(now.function->statuses & 1u << status);
    if (status == MP_OK) {
        const mp_error error_now = mp_last_error();
        check(memcmp(&error, &error_now, sizeof error) == 0);
        check_success(type, it, is_clean);
    } else {
        check_last_error(status);
        check_outputs_of_failure();
        check(memcmp(&stage.handle, &handle, sizeof handle) == 0);
        check(memcmp(owner, &owning, sizeof owning) == 0);
        check(resident_around(owner) <= resident);
        read_map(&after);
        check_permission(&after, &type->subject, owner);
        check_addresses(&after, &before, it->recycles);
        check(now.function->may_stop_half_way || is_as(&type->subject, owner, &clean->before));
        if (!is_clean) {
            check(call() == clean->status);
            if (clean->status == MP_OK) check_success(type, it, false);
        }
    }
    clear_stage(type, it, &stage);
    read_map(&after);
    check_addresses(&after, start, false);
}

/* ---- All calls ------------------------------------------------------------------------------- */

/* Calls `run_one` without a fault and then with each. */
static void for_each_fault(void (*run_one)(void)) {
    now.fault = (struct fault){0};
    run_one();
    figures->runs++;
    const unsigned calls = clean->calls;
    for (unsigned first = 1; first <= calls; first++)
        for (size_t i = 0; i < COUNT_OF(errors); i++)
            for (int persistent = 0; persistent < 2; persistent++) {
                now.fault = (struct fault){first, 0, persistent, errors[i].number};
                run_one();
                figures->cases++;
            }
}

static const struct type *current_type;
static const struct situation *current_situation;
static struct map start;

static void run_current(void) { run(current_type, current_situation, &start); }

/* All take a while: by default a type of vectors gets a part of them, and the others the rest. */
static bool is_skipped(const struct type *type, size_t type_index, size_t situation_index) {
    if (type->subject.family == PAGES || getenv("MP_FAULTS_ALL") != NULL) return false;
    return (situation_index + type_index) % 4 != 0;
}

static void run_type(const struct type *type, size_t index) {
    const bool is_pages = type->subject.family == PAGES;
    const struct situation *situations = is_pages ? page_situations : vector_situations;
    const size_t count = is_pages ? COUNT_OF(page_situations) : COUNT_OF(vector_situations);
    current_type = type;
    for (size_t i = 0; i < type->count; i++) {
        now.function = &type->functions[i];
        for (size_t k = 0; k < count; k++) {
            const struct situation *it = &situations[k];
            if (is_skipped(type, index, k)) continue;
            if (it->never_exec && (type->subject.access & MP_ACCESS_EXEC)) continue;
            if (it->bytes == 0 && now.function->needs_elements) continue;
            now.situation = it->name;
            current_situation = it;
            read_map(&start);
            for_each_fault(run_current);
        }
        figures->functions++;
    }
}

static void prepare(void) {
    /* A huge page that the kernel makes by itself would count as memory that was not given back. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    maps_file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    memory_file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    check(maps_file >= 0 && memory_file >= 0);
    seam_shrink_huge_pages(HUGE_PAGE);
    mp_set_panic_handler(catch_panic);
    memset(pattern, 0x11, sizeof pattern);
    for (size_t i = 0; i < sizeof pattern; i += 64) pattern[i] = (unsigned char)(i / 64 % 251 + 1);
    memcpy(pattern, code_of_return.bytes, code_of_return.size);
}

START_TEST(every_function_survives_every_refusal) {
    prepare();
    release_all(); /* the library's own tables come with the first pages */
    run_type(&types[_i], (size_t)_i);
}
END_TEST

/* ---- The first call of a process ------------------------------------------------------------- */

/* The library then also asks for the size of huge pages, and makes its tables. */
static size_t pages_kept = 1;

static void run_as_the_first(void) {
    prepare();
    tables = pages_kept * page;
    read_map(&start);
    run_current();
}

static void run_apart(void) { in_child(run_as_the_first); }

START_TEST(the_first_call_survives_every_refusal) {
    static const struct situation firsts[] = {
        {"first", .presence = EMPTY, .more = 2 * P},
        {"first, huge pages", {.huge_pages = MP_HUGE_PAGES_ALWAYS}, .presence = EMPTY, .more = H},
        {"first, aligned", {.alignment = H}, .presence = EMPTY, .more = 2 * P},
    };
    current_type = &types[_i];
    for (size_t i = 0; i < current_type->count; i++) {
        now.function = &current_type->functions[i];
        if (!now.function->creates) continue;
        for (size_t k = 0; k < COUNT_OF(firsts); k++) {
            if (is_skipped(current_type, (size_t)_i, k)) continue;
            current_situation = &firsts[k];
            now.situation = firsts[k].name;
            for_each_fault(run_apart);
        }
    }
}
END_TEST

/* ---- Functions that belong to no type -------------------------------------------------------- */

static mp_status call_recycler_create(struct stage *unused) {
    (void)unused;
    mp_recycler made;
    make_garbage(made);
    const mp_status status = mp_recycler_create((size_t)1 << 20, 1000, &made);
    check(status == MP_OK || made.state == NULL);
    mp_recycler_destroy(&made);
    return status;
}

static mp_status call_recycler_trim(struct stage *unused) {
    (void)unused;
    mp_recycler_trim(&recycler, 0);
    check(mp_recycler_bytes(&recycler) == 0);
    return MP_OK;
}

static mp_status call_recycler_destroy(struct stage *unused) {
    (void)unused;
    mp_recycler_destroy(&recycler);
    return MP_OK;
}

static mp_status call_enforced(struct stage *unused) {
    (void)unused;
    for (unsigned access = 0; access < 8; access++) {
        const bool read = access & MP_ACCESS_READ, write = access & MP_ACCESS_WRITE;
        const unsigned allowed = mp_enforced(read, write, access & MP_ACCESS_EXEC);
        check(allowed == MP_ACCESS_NONE || (allowed & access) == access);
    }
    return MP_OK;
}

static mp_status call_sizes(struct stage *unused) {
    (void)unused;
    check(mp_page_size() == page);
    check(mp_huge_page_size() == HUGE_PAGE);
    return MP_OK;
}

enum {
    SYSTEM_FAILURES = 1u << MP_ERR_DENIED | 1u << MP_ERR_OUT_OF_MEMORY | 1u << MP_ERR_UNSUPPORTED |
                      1u << MP_ERR_SYSTEM
};

static const struct function functions_of_no_type[] = {
    {.name = "mp_recycler_create",
     .call = call_recycler_create,
     .statuses = 1u << MP_OK | SYSTEM_FAILURES},
    {.name = "mp_recycler_trim", .call = call_recycler_trim, .statuses = 1u << MP_OK},
    {.name = "mp_recycler_destroy", .call = call_recycler_destroy, .statuses = 1u << MP_OK},
    {.name = "mp_page_size, mp_huge_page_size", .call = call_sizes, .statuses = 1u << MP_OK},
};

START_TEST(what_belongs_to_no_type_survives_every_refusal) {
    static const struct type none = {"no type",
                                     {PAGES, MP_ACCESS_READ | MP_ACCESS_WRITE, 1},
                                     functions_of_no_type,
                                     COUNT_OF(functions_of_no_type)};
    prepare();
    release_all();
    run_type(&none, 0);
}
END_TEST

/* It looks at a page of its own for each combination, of which nothing keeps a record: where the
 * system takes none back, there they stay. */
START_TEST(asking_what_is_enforced_survives_every_refusal) {
    static const struct function enforced = {
        .name = "mp_enforced", .call = call_enforced, .statuses = 1u << MP_OK};
    static const struct situation nothing = {"empty", .presence = EMPTY};
    now.function = &enforced;
    now.situation = nothing.name;
    current_type = &types[0];
    current_situation = &nothing;
    pages_kept = 1 + 8;
    for_each_fault(run_apart);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_loop_test(tests, every_function_survives_every_refusal, 0, (int)type_count);
    tcase_add_loop_test(tests, the_first_call_survives_every_refusal, 0, (int)type_count);
    tcase_add_test(tests, what_belongs_to_no_type_survives_every_refusal);
    tcase_add_test(tests, asking_what_is_enforced_survives_every_refusal);
}

static void *shared(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    return memory;
}

int main(void) {
    figures = shared(sizeof *figures);
    clean = shared(sizeof *clean);
    const int outcome = run_tests("functions", add_tests);
    printf("functions=%zu\ncalls without a fault=%zu\ncases=%zu\n", figures->functions,
           figures->runs, figures->cases);
    return outcome;
}
