/* Taking 48 MiB and giving them back, in a loop: what a program does that needs a buffer for a
 * while. */
#include <cstdlib>

#include "../systems/memory_pages.hpp"
#include "../systems/raw.hpp"

namespace bench {

namespace {

constexpr std::size_t size = 48 * MiB;

/* Where memory comes from, and lives as long as the loop. */
struct TheSystem {
    const mp_recycler *recycler = nullptr;
};

struct Recycler {
    mp_recycler handle;
    const mp_recycler *recycler = &handle;
    Recycler() { must(mp_recycler_create(2 * size, 0, &handle)); }
    ~Recycler() { mp_recycler_destroy(&handle); }
};

/* Each is created, gives out its memory to write to, and is destroyed. */
template <PageKind kind> struct Mmap : Mapping {
    static constexpr const char *name =
        kind == PageKind::huge ? "mmap + munmap, huge pages" : "mmap + munmap, 4 KiB pages";
    using Source = TheSystem;
    explicit Mmap(const Source &) : Mapping(size, kind) {}
};

struct Malloc {
    static constexpr const char *name = "malloc + free";
    using Source = TheSystem;
    char *memory = static_cast<char *>(std::malloc(size));
    explicit Malloc(const Source &) { require(memory != nullptr, "malloc failed"); }
    ~Malloc() { std::free(memory); }
    char *data() { return memory; }
};

template <class From, std::size_t reservation = 0> struct Vec {
    using Source = From;
    mp_vec_u8_rw vec;
    std::uint8_t *room;
    explicit Vec(const Source &source) {
        mp_options options = MP_INIT;
        options.reservation = reservation;
        options.recycler = source.recycler;
        must(mp_vec_u8_rw_create_with(size, &options, &vec));
        std::size_t n;
        must(mp_vec_u8_rw_spare_mut(&vec, size, &room, &n));
    }
    ~Vec() { mp_vec_u8_rw_destroy(&vec); }
    char *data() { return reinterpret_cast<char *>(room); }
};

struct PlainVec : Vec<TheSystem> {
    static constexpr const char *name = "memory_pages, vector";
    using Vec::Vec;
};
struct FittingVec : Vec<TheSystem, size> {
    static constexpr const char *name = "memory_pages, vector, reserving no more";
    using Vec::Vec;
};
struct RecycledVec : Vec<Recycler> {
    static constexpr const char *name = "memory_pages, vector, recycled";
    using Vec::Vec;
};

template <class From, mp_huge_pages policy> struct Pages {
    using Source = From;
    mp_pages_r_w_nx pages;
    explicit Pages(const Source &source) {
        mp_options options = MP_INIT;
        options.huge_pages = policy;
        options.recycler = source.recycler;
        must(mp_pages_r_w_nx_create_with(size, &options, &pages));
    }
    ~Pages() { mp_pages_r_w_nx_destroy(&pages); }
    char *data() { return reinterpret_cast<char *>(mp_pages_r_w_nx_data_mut(&pages)); }
};

struct PlainPages : Pages<TheSystem, MP_HUGE_PAGES_DEFAULT> {
    static constexpr const char *name = "memory_pages, pages";
    using Pages::Pages;
};
struct HugePages : Pages<TheSystem, MP_HUGE_PAGES_AUTO> {
    static constexpr const char *name = "memory_pages, pages, huge";
    using Pages::Pages;
};
struct RecycledPages : Pages<Recycler, MP_HUGE_PAGES_DEFAULT> {
    static constexpr const char *name = "memory_pages, pages, recycled";
    using Pages::Pages;
};
struct RecycledHugePages : Pages<Recycler, MP_HUGE_PAGES_AUTO> {
    static constexpr const char *name = "memory_pages, pages, huge, recycled";
    using Pages::Pages;
};

template <class System> void cycle(Run &run, std::size_t written, int cycles) {
    typename System::Source source;
    while (run.again()) {
        run.start();
        for (int i = 0; i < cycles; i++) {
            System system(source);
            std::memset(system.data(), 77, written);
            consume(system.data());
            if (i == 0) run.peak();
        }
        run.stop();
    }
    run.released();
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
    add_each<Mmap<PageKind::huge>, Mmap<PageKind::small>, PlainVec, FittingVec, RecycledVec,
             PlainPages, HugePages, RecycledPages, RecycledHugePages, Malloc>();
}

} // namespace bench
