#ifndef BENCH_SYSTEMS_STB_DS_HPP
#define BENCH_SYSTEMS_STB_DS_HPP

#include <stb/stb_ds.h>

#include <cstring>

#include "fill.hpp"

namespace bench {

template <class T> class StbDs : public FillByPush<StbDs<T>, T> {
  public:
    static constexpr const char *name = "stb_ds";

    explicit StbDs(std::size_t) {}
    ~StbDs() { arrfree(array_); }
    StbDs(const StbDs &) = delete;
    StbDs &operator=(const StbDs &) = delete;

    void push(T value) { arrput(array_, value); }
    void append(const T *from, std::size_t n) {
        std::memcpy(arraddnptr(array_, n), from, n * sizeof(T));
    }
    void clear() { arrsetlen(array_, 0); }
    void give_back() { arrfree(array_); }
    T *data() { return array_; }

  private:
    T *array_ = nullptr;
};

} // namespace bench

#endif
