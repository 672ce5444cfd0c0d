#ifndef BENCH_SYSTEMS_GARRAY_HPP
#define BENCH_SYSTEMS_GARRAY_HPP

#include <glib.h>

#include "fill.hpp"

namespace bench {

template <class T> class GlibArray : public FillByPush<GlibArray<T>, T> {
  public:
    static constexpr const char *name = "GArray";

    explicit GlibArray(std::size_t) { start(); }
    ~GlibArray() { g_array_free(array_, TRUE); }
    GlibArray(const GlibArray &) = delete;
    GlibArray &operator=(const GlibArray &) = delete;

    void push(T value) { g_array_append_val(array_, value); }
    void append(const T *from, std::size_t n) {
        g_array_append_vals(array_, from, static_cast<guint>(n));
    }
    void clear() { g_array_set_size(array_, 0); }
    void give_back() {
        g_array_free(array_, TRUE);
        start();
    }
    T *data() { return reinterpret_cast<T *>(array_->data); }

  private:
    void start() { array_ = g_array_new(FALSE, FALSE, sizeof(T)); }

    GArray *array_;
};

} // namespace bench

#endif
