/* Reading every element in turn. */
#include <vector>

#include "../systems/memory_pages.hpp"

namespace bench {

namespace {

using T = std::uint64_t;
using Vec = mp_vec_u64_rw;

/* ---- The ways to read ------------------------------------------------------------------------ */

struct Pointer {
    static constexpr const char *name = "raw pointer";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        return sum_of(mp_vec_u64_rw_data(vec), mp_vec_u64_rw_len(vec));
    }
    [[gnu::noinline]] static T sum_of(const T *data, std::size_t n) {
        T sum = 0;
        for (std::size_t i = 0; i < n; i++) sum += data[i];
        return sum;
    }
};

struct Data {
    static constexpr const char *name = "memory_pages, data";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        T sum = 0;
        const T *data = mp_vec_u64_rw_data(vec);
        for (std::size_t i = 0; i < mp_vec_u64_rw_len(vec); i++) sum += data[i];
        return sum;
    }
};

struct Unchecked {
    static constexpr const char *name = "memory_pages, get_unchecked";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        T sum = 0;
        for (std::size_t i = 0; i < mp_vec_u64_rw_len(vec); i++)
            sum += mp_vec_u64_rw_get_unchecked(vec, i);
        return sum;
    }
};

struct At {
    static constexpr const char *name = "memory_pages, at";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        T sum = 0;
        for (std::size_t i = 0; i < mp_vec_u64_rw_len(vec); i++)
            sum += *mp_vec_u64_rw_at(vec, i);
        return sum;
    }
};

struct SliceAt {
    static constexpr const char *name = "memory_pages, slice at";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        T sum = 0;
        const mp_slice_u64 all = mp_vec_u64_rw_slice(vec);
        for (std::size_t i = 0; i < mp_slice_u64_len(all); i++) sum += *mp_slice_u64_at(all, i);
        return sum;
    }
};

struct Get {
    static constexpr const char *name = "memory_pages, get";
    [[gnu::noinline]] static T sum(const Vec *vec) {
        T sum = 0;
        for (std::size_t i = 0; i < mp_vec_u64_rw_len(vec); i++) {
            T element;
            must(mp_vec_u64_rw_get(vec, i, &element));
            sum += element;
        }
        return sum;
    }
};

struct StdIndex {
    static constexpr const char *name = "std::vector, []";
    [[gnu::noinline]] static T sum(const std::vector<T> *vec) {
        T sum = 0;
        for (std::size_t i = 0; i < vec->size(); i++) sum += (*vec)[i];
        return sum;
    }
};

struct StdAt {
    static constexpr const char *name = "std::vector, at";
    [[gnu::noinline]] static T sum(const std::vector<T> *vec) {
        T sum = 0;
        for (std::size_t i = 0; i < vec->size(); i++) sum += vec->at(i);
        return sum;
    }
};

/* ---- The cases ------------------------------------------------------------------------------- */

template <class Way, class Container>
void sum_up(Run &run, const Container *container, int times, std::size_t n) {
    while (run.again()) {
        run.start();
        T sum = 0;
        for (int i = 0; i < times; i++) {
            sum += Way::sum(container);
            consume(&sum);
        }
        run.stop();
        require(sum == static_cast<T>(times) * n, "the sum is wrong");
    }
}

template <class Way> void over_vec(Run &run, std::size_t n, int times) {
    MemoryPagesPush<T> system;
    system.fill(1, n);
    run.peak();
    sum_up<Way>(run, system.handle(), times, n);
}

template <class Way> void over_std_vector(Run &run, std::size_t n, int times) {
    const std::vector<T> vec(n, 1);
    run.peak();
    sum_up<Way>(run, &vec, times, n);
}

void add_sum_of(const std::string &name, std::size_t bytes, int times, Effort effort) {
    const std::size_t n = bytes / sizeof(T);
    const double operations = static_cast<double>(n) * times;
    const auto add_way = [&](auto way) {
        using Way = decltype(way);
        add(name, Way::name, effort, operations,
            [=](Run &run) { over_vec<Way>(run, n, times); });
    };
    add_way(Pointer{});
    add_way(Data{});
    add_way(Unchecked{});
    add_way(At{});
    add_way(SliceAt{});
    add_way(Get{});
    add(name, StdIndex::name, effort, operations,
        [=](Run &run) { over_std_vector<StdIndex>(run, n, times); });
    add(name, StdAt::name, effort, operations,
        [=](Run &run) { over_std_vector<StdAt>(run, n, times); });
}

} // namespace

/* From the cache, where instructions count, and from memory, where they hide behind it. */
void add_sum() {
    add_sum_of("sum.16KiB", 16 * KiB, 1000, {15, 5});
    add_sum_of("sum.80MB", 80'000'000, 1, {15, 5});
}

} // namespace bench
