#ifndef BENCH_SYSTEMS_UTARRAY_HPP
#define BENCH_SYSTEMS_UTARRAY_HPP

#include <utarray.h>

#include "fill.hpp"

namespace bench {

template <class T> class UtArray : public FillByPush<UtArray<T>, T> {
  public:
    static constexpr const char *name = "utarray";

    explicit UtArray(std::size_t) { start(); }
    ~UtArray() { utarray_done(&array_); }
    UtArray(const UtArray &) = delete;
    UtArray &operator=(const UtArray &) = delete;

    void push(T value) { utarray_push_back(&array_, &value); }
    void clear() { utarray_clear(&array_); }
    void give_back() {
        utarray_done(&array_);
        start();
    }
    T *data() { return reinterpret_cast<T *>(array_.d); }

  private:
    void start() {
        const UT_icd plain = {sizeof(T), nullptr, nullptr, nullptr};
        utarray_init(&array_, &plain);
    }

    UT_array array_;
};

} // namespace bench

#endif
