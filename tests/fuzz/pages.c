#include "kernel_view.h"
#include "machine_code.h"
#include "pages_types.h"
#include "world.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

struct pages all_pages[PAGES];
static unsigned touched; /* a bit for each of them */

enum { READ_WRITE = MP_ACCESS_READ | MP_ACCESS_WRITE };
static const size_t LARGEST = (size_t)64 << 20; /* beyond it any size is refused */

static struct pages *pages_at(uint8_t argument) {
    touched |= 1u << argument % PAGES;
    return &all_pages[argument % PAGES];
}

/* The same where the operation exists for writable pages only; NULL for others. */
static struct pages *writable_at(uint8_t argument) {
    struct pages *pages = pages_at(argument);
    return pages->type->access == READ_WRITE ? pages : NULL;
}

static mp_pages_r_w_nx *writable(struct pages *pages) { return (mp_pages_r_w_nx *)&pages->handle; }

static size_t modelled(const struct pages *pages) {
    return pages->len < MODEL_BYTES ? pages->len : MODEL_BYTES;
}

static void put_zeros(struct pages *pages, size_t offset, size_t n) {
    if (offset >= MODEL_BYTES) return;
    memset(pages->content + offset, 0, n < MODEL_BYTES - offset ? n : MODEL_BYTES - offset);
}

static size_t whole_pages(const struct pages *pages, size_t bytes) {
    const size_t unit =
        pages->options.huge_pages == MP_HUGE_PAGES_ALWAYS ? mp_huge_page_size() : mp_page_size();
    return (bytes + unit - 1) / unit * unit;
}

static bool may_be_refused(const struct pages *pages, size_t bytes) {
    return bytes > LARGEST || pages->options.locked || pages->options.alignment > LARGEST;
}

/* Requires success unless the system may refuse so much. */
static bool was_done(const struct pages *pages, size_t bytes, mp_status status) {
    if (may_be_refused(pages, bytes) && is_refusal(status)) return false;
    require_status(MP_OK, status);
    return true;
}

static void make_empty(struct pages *pages) {
    pages->len = 0;
    pages->version = 0;
}

const struct pages *pages_with(version wanted) {
    for (size_t i = 0; i < PAGES; i++)
        if (all_pages[i].len != 0 && all_pages[i].version == wanted) return &all_pages[i];
    return NULL;
}

static bool is_zeroed(const mp_region *handle) {
    static const mp_region empty;
    return memcmp(handle, &empty, sizeof empty) == 0;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void destroy(struct pages *pages) {
    const mp_region old = pages->handle;
    pages->type->destroy(&pages->handle);
    require(is_zeroed(&pages->handle));
    if (pages->len != 0 && !may_be_kept(&pages->options))
        require(kernel_mappings_in(old.data, old.len) == 0);
    make_empty(pages);
}

void op_pages_create(const uint8_t *argument) {
    struct pages *pages = pages_at(argument[0]);
    const size_t bytes = bytes_of(argument[2]);
    destroy(pages);
    pages->type = &pages_types[argument[1] % PAGES_TYPE_COUNT];
    pages->options = options_of(argument[3], argument[4]);
    const mp_status asked = status_of_options(&pages->options, pages->type->access);
    memset(&pages->handle, 0xa5, sizeof pages->handle);
    const mp_status status = pages->type->create_with(bytes, &pages->options, &pages->handle);
    if (bytes == 0 || asked != MP_OK) {
        require_status(bytes == 0 ? MP_ERR_ZERO_SIZE : asked, status);
        return;
    }
    if (!was_done(pages, bytes, status)) return;
    pages->len = whole_pages(pages, bytes);
    pages->version = next_version();
    memset(pages->content, 0, sizeof pages->content);
    const size_t alignment = pages->options.alignment;
    require(alignment == 0 || (uintptr_t)pages->handle.data % alignment == 0);
}

void op_pages_destroy(const uint8_t *argument) { destroy(pages_at(argument[0])); }

void op_pages_move(const uint8_t *argument) {
    struct pages *from = pages_at(argument[0]), *to = pages_at(argument[1]);
    if (from == to) return;
    destroy(to);
    from->type->move(&from->handle, &to->handle);
    const mp_region handle = to->handle;
    *to = *from;
    to->handle = handle;
    make_empty(from);
}

void op_pages_raw_parts(const uint8_t *argument) {
    struct pages *pages = pages_at(argument[0]);
    void *base = NULL;
    size_t bytes = 0;
    const mp_status status = pages->type->into_raw_parts(&pages->handle, &base, &bytes);
    if (pages->len == 0) {
        require_status(MP_ERR_EMPTY, status);
        return;
    }
    require_status(MP_OK, status);
    require(is_zeroed(&pages->handle) && bytes == pages->len);
    require_status(MP_OK, pages->type->from_raw_parts(base, bytes, &pages->handle));
    pages->options = (mp_options)MP_INIT;
    pages->version = next_version();
}

/* ---- Permission ------------------------------------------------------------------------------ */

static const struct pages_transition *pick_transition(const struct pages_type *type,
                                                      uint8_t argument) {
    const struct pages_transition *found[PAGES_TRANSITION_COUNT];
    size_t n = 0;
    for (size_t i = 0; i < PAGES_TRANSITION_COUNT; i++)
        if (pages_transitions[i].from == type) found[n++] = &pages_transitions[i];
    require(n != 0);
    return found[argument % n];
}

void op_pages_transition(const uint8_t *argument) {
    struct pages *pages = pages_at(argument[0]);
    const struct pages_transition *transition = pick_transition(pages->type, argument[1]);
    const mp_region before = pages->handle;
    mp_region to;
    memset(&to, 0xa5, sizeof to);
    const mp_status status = transition->apply(&pages->handle, &to);
    const bool refused =
        pages->options.wipe_on_fork && (transition->to->access & MP_ACCESS_EXEC) != 0;
    if (pages->len == 0 || refused) {
        require_status(pages->len == 0 ? MP_ERR_EMPTY : MP_ERR_UNSUPPORTED, status);
        require(is_zeroed(&to));
        return;
    }
    require_status(MP_OK, status);
    require(is_zeroed(&pages->handle));
    require(to.data == before.data);
    pages->handle = to;
    pages->type = transition->to;
    pages->version = next_version();
}

/* ---- Size and physical memory ---------------------------------------------------------------- */

void op_pages_resize(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    if (pages == NULL) return;
    const size_t bytes = bytes_of(argument[1]);
    const mp_status status = mp_pages_r_w_nx_resize(writable(pages), bytes);
    if (pages->len == 0 || bytes == 0) {
        require_status(pages->len == 0 ? MP_ERR_EMPTY : MP_ERR_ZERO_SIZE, status);
        return;
    }
    if (!was_done(pages, bytes, status)) return;
    pages->len = whole_pages(pages, bytes);
    pages->version = next_version();
    put_zeros(pages, pages->len, MODEL_BYTES);
}

static mp_status status_of_range(const struct pages *pages, mp_range range) {
    if (range.offset > pages->len || range.n > pages->len - range.offset)
        return MP_ERR_OUT_OF_RANGE;
    if (range.offset % mp_page_size() != 0 || range.n % mp_page_size() != 0)
        return MP_ERR_MISALIGNED;
    return MP_OK;
}

static void expect_decommit(struct pages *pages, const mp_range *ranges, size_t count,
                            mp_status status) {
    mp_status expected = pages->len == 0 ? MP_ERR_EMPTY : MP_OK;
    for (size_t i = 0; i < count && expected == MP_OK; i++)
        expected = status_of_range(pages, ranges[i]);
    require_status(expected, status);
    if (status != MP_OK) return;
    for (size_t i = 0; i < count; i++) put_zeros(pages, ranges[i].offset, ranges[i].n);
    pages->version = next_version();
}

void op_pages_decommit(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    if (pages == NULL) return;
    const mp_range range = {bytes_of(argument[1]), bytes_of(argument[2])};
    expect_decommit(pages, &range, 1,
                    mp_pages_r_w_nx_decommit(writable(pages), range.offset, range.n));
}

void op_pages_decommit_ranges(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    if (pages == NULL) return;
    mp_range ranges[100] = {{0, 0}}; /* more than go into one call of the system */
    const size_t count = argument[1] % (sizeof ranges / sizeof ranges[0]);
    for (size_t i = 0; i < count; i++)
        ranges[i] = (mp_range){bytes_of((uint8_t)(argument[2] + i % 2 * 4)),
                               bytes_of((uint8_t)(argument[3] + i % 3 * 4))};
    expect_decommit(pages, ranges, count,
                    mp_pages_r_w_nx_decommit_ranges(writable(pages), ranges, count));
}

/* ---- Content --------------------------------------------------------------------------------- */

/* Whether a range that is to be written or read is out of range, or else within the model. */
static mp_status status_of_access(const struct pages *pages, size_t offset, size_t n) {
    return offset > pages->len || n > pages->len - offset ? MP_ERR_OUT_OF_RANGE : MP_OK;
}

static bool leaves_model(const struct pages *pages, size_t offset, size_t n) {
    return status_of_access(pages, offset, n) == MP_OK && offset + n > MODEL_BYTES;
}

void op_pages_write(const uint8_t *argument) {
    static uint8_t bytes[MODEL_BYTES];
    struct pages *pages = writable_at(argument[0]);
    const size_t offset = bytes_of(argument[1]), n = count_of(argument[2]);
    if (pages == NULL || leaves_model(pages, offset, n)) return;
    const mp_status expected = status_of_access(pages, offset, n);
    if (expected == MP_OK)
        for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)(argument[3] + i);
    require_status(expected, mp_pages_r_w_nx_write(writable(pages), offset, bytes, n));
    if (expected == MP_OK && n != 0) memcpy(pages->content + offset, bytes, n);
}

void op_pages_write_code(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    const struct machine_code code = argument[2] % 2 == 0 ? code_of_add : code_of_twice;
    const size_t offset = argument[1] * (size_t)16;
    if (pages == NULL || status_of_access(pages, offset, code.size) != MP_OK) return;
    require_status(MP_OK, mp_pages_r_w_nx_write(writable(pages), offset, code.bytes, code.size));
    memcpy(pages->content + offset, code.bytes, code.size);
}

static mp_status read_bytes(const struct pages *pages, size_t offset, void *to, size_t n) {
    const void *handle = &pages->handle;
    switch (pages->type->access) {
    case READ_WRITE:
        return mp_pages_r_w_nx_read(handle, offset, to, n);
    case MP_ACCESS_READ:
        return mp_pages_r_nw_nx_read(handle, offset, to, n);
    default:
        return mp_pages_r_nw_x_read(handle, offset, to, n);
    }
}

void op_pages_read(const uint8_t *argument) {
    static uint8_t bytes[MODEL_BYTES];
    const struct pages *pages = pages_at(argument[0]);
    const size_t offset = bytes_of(argument[1]), n = count_of(argument[2]);
    if ((pages->type->access & MP_ACCESS_READ) == 0 || leaves_model(pages, offset, n)) return;
    const mp_status expected = status_of_access(pages, offset, n);
    require_status(expected, read_bytes(pages, offset, bytes, n));
    if (expected == MP_OK && n != 0) require(memcmp(bytes, pages->content + offset, n) == 0);
}

void op_pages_fill(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    if (pages == NULL || pages->len > MODEL_BYTES) return;
    mp_pages_r_w_nx_fill(writable(pages), argument[1]);
    memset(pages->content, argument[1], pages->len);
}

void op_pages_wipe(const uint8_t *argument) {
    struct pages *pages = writable_at(argument[0]);
    if (pages == NULL || pages->len > MODEL_BYTES) return;
    mp_pages_r_w_nx_wipe(writable(pages));
    put_zeros(pages, 0, MODEL_BYTES);
}

/* ---- Facts and hints ------------------------------------------------------------------------- */

void op_pages_ask(const uint8_t *argument) {
    const struct pages *pages = pages_at(argument[0]);
    const struct pages_type *type = pages->type;
    const mp_status expected = pages->len == 0 ? MP_ERR_EMPTY : MP_OK;
    size_t resident = 0;
    switch (argument[1] % 4) {
    case 0:
        require_status(expected, type->resident_bytes(&pages->handle, &resident));
        require(resident <= pages->len);
        break;
    case 1: {
        const size_t n = bytes_of(argument[1]);
        const bool is_outside = expected == MP_OK && n > pages->len;
        require_status(is_outside ? MP_ERR_OUT_OF_RANGE : expected,
                       type->advise_use_soon(&pages->handle, n));
        break;
    }
    case 2:
        require_status(expected, type->advise_use_seq(&pages->handle));
        break;
    default:
        require_status(expected, type->advise_use_rnd(&pages->handle));
    }
}

/* ---- Copies of handles ----------------------------------------------------------------------- */

static struct copy {
    const struct pages_type *type; /* NULL: none */
    mp_region handle;
    version version;
} copies[PAGES];

void op_pages_copy_handle(const uint8_t *argument) {
    const struct pages *pages = pages_at(argument[0]);
    if (pages->len == 0) return;
    copies[argument[1] % PAGES] = (struct copy){pages->type, pages->handle, pages->version};
}

static void use_stale(struct copy *copy, uint8_t what, uint8_t argument) {
    const mp_region before = copy->handle;
    const bool is_writable = copy->type->access == READ_WRITE;
    mp_pages_r_w_nx *handle = (mp_pages_r_w_nx *)&copy->handle;
    mp_region to = before;
    void *base = NULL;
    size_t bytes = 42;
    switch (what % 8) {
    case 0:
        require_status(MP_ERR_STALE, copy->type->resident_bytes(&copy->handle, &bytes));
        break;
    case 1:
        require_status(MP_ERR_STALE,
                       pick_transition(copy->type, argument)->apply(&copy->handle, &to));
        require(is_zeroed(&to));
        break;
    case 2:
        require_status(MP_ERR_STALE, copy->type->into_raw_parts(&copy->handle, &base, &bytes));
        break;
    case 3:
        require_status(MP_ERR_STALE, copy->type->advise_use_seq(&copy->handle));
        break;
    case 4:
        require_status(MP_ERR_STALE,
                       copy->type->advise_use_soon(&copy->handle, bytes_of(argument)));
        break;
    case 5:
        if (is_writable)
            require_status(MP_ERR_STALE, mp_pages_r_w_nx_resize(handle, bytes_of(argument)));
        break;
    case 6:
        if (is_writable)
            require_status(MP_ERR_STALE, mp_pages_r_w_nx_decommit(handle, 0, bytes_of(argument)));
        break;
    default:
        copy->type->destroy(&copy->handle);
        require(is_zeroed(&copy->handle));
        copy->type = NULL;
        return;
    }
    require(base == NULL && bytes == 42);
    require(memcmp(&copy->handle, &before, sizeof before) == 0);
}

void op_pages_use_copy(const uint8_t *argument) {
    struct copy *copy = &copies[argument[0] % PAGES];
    size_t resident;
    touched = ~0u;
    if (copy->type == NULL) return;
    if (pages_with(copy->version) == NULL)
        use_stale(copy, argument[1], argument[2]);
    else
        require_status(MP_OK, copy->type->resident_bytes(&copy->handle, &resident));
}

/* ---- What must hold -------------------------------------------------------------------------- */

static void check_content(const struct pages *pages, bool all) {
    static uint8_t bytes[MODEL_BYTES];
    const size_t n = modelled(pages);
    const void *content = pages->handle.data;
    if (n == 0) return;
    if ((pages->type->access & MP_ACCESS_READ) == 0) {
        if (!all) return; /* only the kernel can look, and not as fast */
        kernel_peek(content, bytes, n);
        content = bytes;
    }
    require(memcmp(content, pages->content, n) == 0);
}

static void check(const struct pages *pages, bool all) {
    const mp_region *handle = &pages->handle;
    require(pages->type->len(handle) == pages->len);
    require(pages->type->is_empty(handle) == (pages->len == 0));
    if (pages->len == 0) {
        require(is_zeroed(handle));
        return;
    }
    require(mp_ticket_is_current(&handle->ticket));
    require(kernel_access(handle->data, handle->len) == kernel_form(pages->type->access));
    if (pages->options.guard_pages) {
        const size_t page = mp_page_size();
        require(kernel_access(handle->data - page, page) == MP_ACCESS_NONE);
        require(kernel_access(handle->data + handle->len, page) == MP_ACCESS_NONE);
    }
    check_content(pages, all);
}

void pages_begin(void) {
    for (size_t i = 0; i < PAGES; i++) {
        all_pages[i].type = &pages_types[0];
        copies[i].type = NULL;
    }
}

void pages_check(bool all) {
    for (size_t i = 0; i < PAGES; i++)
        if (all || (touched >> i & 1) != 0) check(&all_pages[i], all);
    touched = 0;
}

void pages_end(void) {
    for (size_t i = 0; i < PAGES; i++) destroy(&all_pages[i]);
}
