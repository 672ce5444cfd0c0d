/* The library under measurement, through the headers that its users include. */
#ifndef BENCH_SYSTEMS_MEMORY_PAGES_HPP
#define BENCH_SYSTEMS_MEMORY_PAGES_HPP

#include <bench_types.h>
#include <memory_pages/memory_pages.h>

#include <algorithm>

#include "../harness.hpp"
#include "fill.hpp"
#include "raw.hpp"

namespace bench {

/* The functions of one element type by one set of names: C has none for "whatever the element". */
template <class T> struct VecOf;

#define BENCH_VEC_OF(type, vec)                                                                    \
    template <> struct VecOf<type> {                                                               \
        using Rw = vec##_rw;                                                                       \
        using Ro = vec##_ro;                                                                       \
        using Writer = vec##_writer;                                                               \
        static constexpr auto create = vec##_rw_create;                                            \
        static constexpr auto destroy = vec##_rw_destroy;                                          \
        static constexpr auto push = vec##_rw_push;                                                \
        static constexpr auto writer = vec##_rw_writer;                                            \
        static constexpr auto writer_push = vec##_writer_push;                                     \
        static constexpr auto writer_finish = vec##_writer_finish;                                 \
        static constexpr auto append = vec##_rw_append;                                            \
        static constexpr auto append_zeroed = vec##_rw_append_zeroed;                              \
        static constexpr auto spare_mut = vec##_rw_spare_mut;                                      \
        static constexpr auto advance = vec##_rw_advance;                                          \
        static constexpr auto clear = vec##_rw_clear;                                              \
        static constexpr auto clear_decommit = vec##_rw_clear_decommit;                            \
        static constexpr auto data_mut = vec##_rw_data_mut;                                        \
        static constexpr auto freeze = vec##_rw_freeze;                                            \
        static constexpr auto thaw = vec##_ro_thaw;                                                \
    }

BENCH_VEC_OF(std::uint8_t, mp_vec_u8);
BENCH_VEC_OF(std::uint64_t, mp_vec_u64);
BENCH_VEC_OF(double, mp_vec_f64);
BENCH_VEC_OF(record, bench_vec_record);
#undef BENCH_VEC_OF

inline void must(mp_status status) { require(status == MP_OK, "memory_pages failed"); }

/* A vector, owned by a C++ object. */
template <class T> class MemoryPagesVec {
  public:
    using Vec = VecOf<T>;

    /* Empty, without a word about how large it will be. */
    explicit MemoryPagesVec(std::size_t) : MemoryPagesVec() {}
    MemoryPagesVec() { must(Vec::create(0, &vec_)); }
    ~MemoryPagesVec() { Vec::destroy(&vec_); }
    MemoryPagesVec(const MemoryPagesVec &) = delete;
    MemoryPagesVec &operator=(const MemoryPagesVec &) = delete;

    void append(const T *from, std::size_t n) { must(Vec::append(&vec_, from, n)); }
    void clear() { Vec::clear(&vec_); }
    void give_back() { must(Vec::clear_decommit(&vec_)); }
    T *data() { return Vec::data_mut(&vec_); }
    typename Vec::Rw *handle() { return &vec_; }

  protected:
    typename Vec::Rw vec_ = MP_INIT;
};

template <class T>
class MemoryPagesPush : public MemoryPagesVec<T>, public FillByPush<MemoryPagesPush<T>, T> {
  public:
    static constexpr const char *name = "memory_pages, push";
    using MemoryPagesVec<T>::MemoryPagesVec;

    void push(T value) {
        must(VecOf<T>::push(&this->vec_, value));
    }
};

/* The form for producers of single elements. */
template <class T> class MemoryPagesWriter : public MemoryPagesVec<T> {
  public:
    static constexpr const char *name = "memory_pages, writer";
    using MemoryPagesVec<T>::MemoryPagesVec;

    [[gnu::noinline]] void fill(T value, std::size_t n) {
        typename VecOf<T>::Writer writer = VecOf<T>::writer(&this->vec_);
        for (std::size_t i = 0; i < n; i++) must(VecOf<T>::writer_push(&writer, value));
        VecOf<T>::writer_finish(&writer);
    }
};

/* The form for producers that have a block at a time. */
template <class T> class MemoryPagesAppend : public MemoryPagesVec<T> {
  public:
    static constexpr const char *name = "memory_pages, append of 4 KiB";
    using MemoryPagesVec<T>::MemoryPagesVec;

    [[gnu::noinline]] void fill(T value, std::size_t n) {
        T block[4 * KiB / sizeof(T)];
        while (n != 0) {
            const std::size_t piece = std::min(n, sizeof block / sizeof *block);
            store_one_by_one(block, piece, value);
            this->append(block, piece);
            n -= piece;
        }
    }
};

/* The form for producers that write by themselves. */
template <class T> class MemoryPagesSpare : public MemoryPagesVec<T> {
  public:
    static constexpr const char *name = "memory_pages, spare room";
    using MemoryPagesVec<T>::MemoryPagesVec;

    [[gnu::noinline]] void fill(T value, std::size_t n) {
        while (n != 0) {
            T *at = nullptr;
            std::size_t room = 0;
            must(VecOf<T>::spare_mut(&this->vec_, 1, &at, &room));
            const std::size_t piece = std::min(n, room);
            store_one_by_one(at, piece, value);
            must(VecOf<T>::advance(&this->vec_, piece));
            n -= piece;
        }
    }
};

} // namespace bench

#endif
