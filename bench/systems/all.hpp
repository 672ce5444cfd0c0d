/* Who takes part. */
#ifndef BENCH_SYSTEMS_ALL_HPP
#define BENCH_SYSTEMS_ALL_HPP

#include "garray.hpp"
#include "memory_pages.hpp"
#include "raw.hpp"
#include "realloc.hpp"
#include "stb_ds.hpp"
#include "std_vector.hpp"
#include "utarray.hpp"

namespace bench {

template <class... Systems> struct List {};

template <class System> struct Tag {
    using type = System;
};

/* Calls `body` with a tag of each. */
template <class... Systems, class Body> void for_each(List<Systems...>, Body body) {
    (body(Tag<Systems>{}), ...);
}

template <class T>
using Peers = List<ReallocArray<T>, StdVector<T>, StdVectorReserved<T>, StbDs<T>, UtArray<T>,
                   GlibArray<T>>;

template <class T>
using Limits = List<RawLoop<T, PageKind::huge>, RawBlocks<T>, RawCounting<T>,
                    RawLoop<T, PageKind::small>>;

template <class T>
using Ours = List<MemoryPagesPush<T>, MemoryPagesWriter<T>, MemoryPagesAppend<T>,
                  MemoryPagesSpare<T>>;

} // namespace bench

#endif
