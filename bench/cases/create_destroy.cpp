/* Taking 48 MiB and giving them back, in a loop: what a program does that needs a buffer for a while. */
#include <cstdlib>

#include "../systems/memory_pages.hpp"
#include "../systems/raw.hpp"

namespace bench {

namespace {

constexpr std::size_t size = 48 * MiB;

/* Each is created, gives out its memory to write to, and is destroyed. */
template <PageKind kind> struct Mmap : Mapping {
    static constexpr const char *name =
        kind == PageKind::huge ? "mmap + munmap, huge pages" : "mmap + munmap, 4 KiB pages";
    Mmap() : Mapping(size, kind) {}
};

struct Malloc {
    static constexpr const char *name = "malloc + free";
    char *memory = static_cast<char *>(std::malloc(size));
    Malloc() { require(memory != nullptr, "malloc failed"); }
    ~Malloc() { std::free(memory); }
    char *data() { return memory; }
};

struct Vec {
    static constexpr const char *name = "memory_pages, vector";
    mp_vec_u8_rw vec;
    std::uint8_t *room;
    Vec() {
        must(mp_vec_u8_rw_create(size, &vec));
        std::size_t n;
        must(mp_vec_u8_rw_spare_mut(&vec, size, &room, &n));
    }
    ~Vec() { mp_vec_u8_rw_destroy(&vec); }
    char *data() { return reinterpret_cast<char *>(room); }
};

template <mp_huge_pages policy> struct Pages {
    static constexpr const char *name = policy == MP_HUGE_PAGES_DEFAULT
                                            ? "memory_pages, pages"
                                            : "memory_pages, pages, huge";
    mp_pages_r_w_nx pages;
    Pages() {
        mp_options options = MP_INIT;
        options.huge_pages = policy;
        must(mp_pages_r_w_nx_create_with(size, &options, &pages));
    }
    ~Pages() { mp_pages_r_w_nx_destroy(&pages); }
    char *data() { return reinterpret_cast<char *>(mp_pages_r_w_nx_data_mut(&pages)); }
};

template <class System> void cycle(Run &run, std::size_t written, int cycles) {
    while (run.again()) {
        run.start();
        for (int i = 0; i < cycles; i++) {
            System system;
            std::memset(system.data(), 77, written);
            consume(system.data());
            if (i == 0) run.peak();
        }
        run.stop();
    }
}

template <class... Systems> void add_each() {
    const int cycles = 50;
    (add("create_destroy.touched", Systems::name, {15, 4}, cycles,
         [=](Run &run) { cycle<Systems>(run, 1, cycles); }),
     ...);
    (add("create_destroy.filled", Systems::name, {15, 2}, 1,
         [](Run &run) { cycle<Systems>(run, size, 1); }),
     ...);
}

} // namespace

void add_create_destroy() {
    add_each<Mmap<PageKind::huge>, Mmap<PageKind::small>, Vec, Pages<MP_HUGE_PAGES_DEFAULT>,
             Pages<MP_HUGE_PAGES_AUTO>, Malloc>();
}

} // namespace bench
