/* 1 GiB of which one byte in each MiB is written. */
#include <cstdlib>

#include "../systems/memory_pages.hpp"
#include "../systems/raw.hpp"

namespace bench {

namespace {

constexpr std::size_t size = 1 * GiB;

void touch(char *data) {
    for (std::size_t i = 0; i < size; i += MiB) data[i] = 77;
    consume(data);
}

void sparse_mapping(Run &run) {
    while (run.again()) {
        run.start();
        {
            Mapping memory(size, PageKind::small);
            touch(memory.data());
            run.peak();
        }
        run.stop();
    }
}

void sparse_pages(Run &run) {
    while (run.again()) {
        run.start();
        mp_pages_r_w_nx pages;
        must(mp_pages_r_w_nx_create(size, &pages));
        touch(reinterpret_cast<char *>(mp_pages_r_w_nx_data_mut(&pages)));
        run.peak();
        mp_pages_r_w_nx_destroy(&pages);
        run.stop();
    }
}

void sparse_malloc(Run &run) {
    while (run.again()) {
        run.start();
        char *memory = static_cast<char *>(std::malloc(size));
        require(memory != nullptr, "malloc failed");
        touch(memory);
        run.peak();
        std::free(memory);
        run.stop();
    }
}

} // namespace

void add_sparse() {
    add("sparse", "mmap, 4 KiB pages", {9, 3}, 1, sparse_mapping);
    add("sparse", "memory_pages, pages", {9, 3}, 1, sparse_pages);
    add("sparse", "malloc", {9, 3}, 1, sparse_malloc);
}

} // namespace bench
