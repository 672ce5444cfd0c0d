/* Changing the permission of 256 MiB that are in memory, there and back. */
#define MP_ALLOW_EXEC 1
#include "../systems/memory_pages.hpp"
#include "../systems/raw.hpp"

namespace bench {

namespace {

constexpr std::size_t size = 256 * MiB;
constexpr int changes = 2; /* in a round */
constexpr Effort effort = {9, 10};

template <PageKind kind> void protect(Run &run, int there) {
    Mapping memory(size, kind);
    std::memset(memory.data(), 77, size);
    run.peak();
    while (run.again()) {
        run.start();
        memory.protect(there);
        memory.protect(PROT_READ | PROT_WRITE);
        run.stop();
    }
}

void add_mprotect(const std::string &name, int there) {
    add(name, "mprotect, huge pages", effort, changes,
        [=](Run &run) { protect<PageKind::huge>(run, there); });
    add(name, "mprotect, 4 KiB pages", effort, changes,
        [=](Run &run) { protect<PageKind::small>(run, there); });
}

template <class There, auto go, auto come_back> void transition(Run &run) {
    mp_options options = MP_INIT;
    options.huge_pages = MP_HUGE_PAGES_ALWAYS;
    mp_pages_r_w_nx pages;
    must(mp_pages_r_w_nx_create_with(size, &options, &pages));
    mp_pages_r_w_nx_fill(&pages, 77);
    run.peak();
    while (run.again()) {
        There there;
        run.start();
        must(go(&pages, &there));
        must(come_back(&there, &pages));
        run.stop();
    }
    mp_pages_r_w_nx_destroy(&pages);
}

void freeze(Run &run) {
    MemoryPagesSpare<std::uint8_t> system;
    system.fill(77, size);
    run.peak();
    while (run.again()) {
        mp_vec_u8_ro frozen;
        run.start();
        must(mp_vec_u8_rw_freeze(system.handle(), &frozen));
        must(mp_vec_u8_ro_thaw(&frozen, system.handle()));
        run.stop();
    }
}

} // namespace

void add_permission() {
    add_mprotect("permission.freeze", PROT_READ);
    add("permission.freeze", "memory_pages, freeze + thaw", effort, changes, freeze);

    add_mprotect("permission.write", PROT_READ);
    add("permission.write", "memory_pages, deny_write + allow_write", effort, changes,
        transition<mp_pages_r_nw_nx, mp_pages_r_w_nx_deny_write, mp_pages_r_nw_nx_allow_write>);

    add_mprotect("permission.read", PROT_WRITE);
    add("permission.read", "memory_pages, deny_read + allow_read", effort, changes,
        transition<mp_pages_nr_w_nx, mp_pages_r_w_nx_deny_read, mp_pages_nr_w_nx_allow_read>);

    add_mprotect("permission.all", PROT_NONE);
    add("permission.all", "memory_pages, deny_all + allow_read_write", effort, changes,
        transition<mp_pages_nr_nw_nx, mp_pages_r_w_nx_deny_all,
                   mp_pages_nr_nw_nx_allow_read_write>);

    add_mprotect("permission.exec", PROT_READ | PROT_EXEC);
    add("permission.exec", "memory_pages, set_protected_exec + allow_write_no_exec", effort,
        changes,
        transition<mp_pages_r_nw_x, mp_pages_r_w_nx_set_protected_exec,
                   mp_pages_r_nw_x_allow_write_no_exec>);
}

} // namespace bench
