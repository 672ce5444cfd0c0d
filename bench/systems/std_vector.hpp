#ifndef BENCH_SYSTEMS_STD_VECTOR_HPP
#define BENCH_SYSTEMS_STD_VECTOR_HPP

#include <vector>

#include "fill.hpp"

namespace bench {

template <class T> class StdVector : public FillByPush<StdVector<T>, T> {
  public:
    static constexpr const char *name = "std::vector";

    explicit StdVector(std::size_t) {}

    void push(T value) { vector_.push_back(value); }
    void append(const T *from, std::size_t n) { vector_.insert(vector_.end(), from, from + n); }
    void clear() { vector_.clear(); }
    void give_back() {
        vector_.clear();
        vector_.shrink_to_fit();
    }
    T *data() { return vector_.data(); }

  protected:
    std::vector<T> vector_;
};

template <class T> class StdVectorReserved : public StdVector<T> {
  public:
    static constexpr const char *name = "std::vector, reserved";

    explicit StdVectorReserved(std::size_t expected) : StdVector<T>(expected) {
        this->vector_.reserve(expected);
    }
};

} // namespace bench

#endif
