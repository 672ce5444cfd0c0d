/* Plain mappings, written to without a check: the limit that everything is compared with. */
#ifndef BENCH_SYSTEMS_RAW_HPP
#define BENCH_SYSTEMS_RAW_HPP

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../harness.hpp"

namespace bench {

enum class PageKind { small, huge };

/* The size of a huge page that everything here is aligned to. */
constexpr std::size_t huge_page = 2 * MiB;

/* Whether the kernel would use huge pages without being asked. */
bool huge_pages_by_default();

/* Anonymous memory, unmapped at the end. */
class Mapping {
  public:
    Mapping(std::size_t bytes, PageKind kind) {
        /* Room to align, which stays mapped and untouched: cheaper than cutting it off. */
        const std::size_t whole = (bytes + huge_page - 1) / huge_page * huge_page;
        const std::size_t slack = kind == PageKind::huge ? huge_page : 0;
        bytes_ = kind == PageKind::huge ? whole : bytes;
        mapped_ = bytes_ + slack;
        base_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        require(base_ != MAP_FAILED, "mmap failed");
        data_ = static_cast<char *>(base_) + (-reinterpret_cast<std::uintptr_t>(base_) &
                                              (slack != 0 ? huge_page - 1 : 0));
        if (kind == PageKind::huge)
            require(madvise(data_, bytes_, MADV_HUGEPAGE) == 0, "no huge pages");
        else if (huge_pages_by_default())
            require(madvise(base_, mapped_, MADV_NOHUGEPAGE) == 0, "no small pages");
    }
    ~Mapping() { munmap(base_, mapped_); }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;

    char *data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    void protect(int protection) {
        require(mprotect(data_, bytes_, protection) == 0, "mprotect failed");
    }
    void decommit() { require(madvise(data_, bytes_, MADV_DONTNEED) == 0, "madvise failed"); }

  private:
    void *base_;
    std::size_t mapped_;
    char *data_;
    std::size_t bytes_;
};

/* One store for each element. */
template <class T> [[gnu::noinline]] void store_one_by_one(T *at, std::size_t n, T value) {
    for (T *end = at + n; at != end; ++at) {
        one_by_one(at);
        *at = value;
    }
}

/* Two stores for each element: what a vector must do that keeps its length where others see it. */
template <class T>
[[gnu::noinline]] void store_and_count(T *at, std::size_t n, T value, std::size_t *count) {
    for (std::size_t i = 0; i < n; i++) {
        at[i] = value;
        *count = i + 1;
        consume(count);
    }
}

/* Stores of 16 bytes, which every processor of 64 bits has, whatever the size of an element. */
template <class T> [[gnu::noinline]] void store_in_blocks(T *at, std::size_t n, T value) {
    constexpr std::size_t size = sizeof(T) > 16 ? sizeof(T) : 16;
    typedef unsigned char Block __attribute__((vector_size(size), may_alias));
    constexpr std::size_t in_block = size / sizeof(T);
    Block block = {};
    for (std::size_t i = 0; i < in_block; i++)
        std::memcpy(reinterpret_cast<char *>(&block) + i * sizeof(T), &value, sizeof(T));
    std::size_t i = 0;
    for (; i + in_block <= n; i += in_block) {
        T *to = at + i;
        one_by_one(to); /* else some compilers call memset() here and others do not */
        *reinterpret_cast<Block *>(to) = block;
    }
    for (; i < n; i++) at[i] = value;
}

/* An array in a mapping that is as large as it will ever be. */
template <class T, PageKind kind> class RawLoop {
  public:
    static constexpr const char *name =
        kind == PageKind::huge ? "raw loop, huge pages" : "raw loop, 4 KiB pages";

    explicit RawLoop(std::size_t expected) : memory_(expected * sizeof(T), kind) {}

    void fill(T value, std::size_t n) { store_one_by_one(data(), n, value); }
    void append(const T *from, std::size_t n) { std::memcpy(memory_.data(), from, n * sizeof(T)); }
    void clear() {}
    void give_back() { memory_.decommit(); }
    T *data() const { return reinterpret_cast<T *>(memory_.data()); }

  private:
    Mapping memory_;
};

template <class T> class RawBlocks : public RawLoop<T, PageKind::huge> {
  public:
    static constexpr const char *name = "raw loop, huge pages, vectorised";
    using RawLoop<T, PageKind::huge>::RawLoop;

    void fill(T value, std::size_t n) { store_in_blocks(this->data(), n, value); }
};

template <class T> class RawCounting : public RawLoop<T, PageKind::huge> {
  public:
    static constexpr const char *name = "raw loop, huge pages, counting";
    using RawLoop<T, PageKind::huge>::RawLoop;

    void fill(T value, std::size_t n) { store_and_count(this->data(), n, value, &count_); }

  private:
    std::size_t count_ = 0;
};

} // namespace bench

#endif
