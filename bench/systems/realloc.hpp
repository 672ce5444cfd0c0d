/* What a C program writes for itself: an array that realloc() doubles. */
#ifndef BENCH_SYSTEMS_REALLOC_HPP
#define BENCH_SYSTEMS_REALLOC_HPP

#include <cstdlib>
#include <cstring>

#include "../harness.hpp"
#include "fill.hpp"

namespace bench {

template <class T> class ReallocArray : public FillByPush<ReallocArray<T>, T> {
  public:
    static constexpr const char *name = "realloc";

    explicit ReallocArray(std::size_t) {}
    ~ReallocArray() { std::free(data_); }
    ReallocArray(const ReallocArray &) = delete;
    ReallocArray &operator=(const ReallocArray &) = delete;

    void push(T value) {
        if (__builtin_expect(len_ == capacity_, 0)) grow(len_ + 1);
        data_[len_] = value;
        len_++;
    }
    void append(const T *from, std::size_t n) {
        if (n > capacity_ - len_) grow(len_ + n);
        std::memcpy(data_ + len_, from, n * sizeof(T));
        len_ += n;
    }
    void clear() { len_ = 0; }
    void give_back() {
        std::free(data_);
        data_ = nullptr;
        len_ = capacity_ = 0;
    }
    T *data() { return data_; }

  private:
    [[gnu::noinline, gnu::cold]] void grow(std::size_t needed) {
        std::size_t capacity = capacity_ != 0 ? 2 * capacity_ : 16;
        if (capacity < needed) capacity = needed;
        T *grown = static_cast<T *>(std::realloc(data_, capacity * sizeof(T)));
        require(grown != nullptr, "realloc failed");
        data_ = grown;
        capacity_ = capacity;
    }

    T *data_ = nullptr;
    std::size_t len_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace bench

#endif
