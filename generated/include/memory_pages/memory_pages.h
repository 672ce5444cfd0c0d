/** @file
 *  All typed headers at once, but for the unsafe door.
 *
 *  The headers of executable types come along when `MP_ALLOW_EXEC` is defined as 1.
 */
#ifndef MEMORY_PAGES_MEMORY_PAGES_H
#define MEMORY_PAGES_MEMORY_PAGES_H

#include <memory_pages/mp_pages_r_w_nx.h>
#include <memory_pages/mp_pages_r_nw_nx.h>
#include <memory_pages/mp_pages_nr_w_nx.h>
#include <memory_pages/mp_pages_nr_nw_nx.h>
#include <memory_pages/mp_slice_i8.h>
#include <memory_pages/mp_slice_i16.h>
#include <memory_pages/mp_slice_i32.h>
#include <memory_pages/mp_slice_i64.h>
#include <memory_pages/mp_slice_u8.h>
#include <memory_pages/mp_slice_u16.h>
#include <memory_pages/mp_slice_u32.h>
#include <memory_pages/mp_slice_u64.h>
#include <memory_pages/mp_slice_f32.h>
#include <memory_pages/mp_slice_f64.h>
#include <memory_pages/mp_slice_ptr.h>
#include <memory_pages/mp_vec_i8_rw.h>
#include <memory_pages/mp_vec_i8_ro.h>
#include <memory_pages/mp_vec_i16_rw.h>
#include <memory_pages/mp_vec_i16_ro.h>
#include <memory_pages/mp_vec_i32_rw.h>
#include <memory_pages/mp_vec_i32_ro.h>
#include <memory_pages/mp_vec_i64_rw.h>
#include <memory_pages/mp_vec_i64_ro.h>
#include <memory_pages/mp_vec_u8_rw.h>
#include <memory_pages/mp_vec_u8_ro.h>
#include <memory_pages/mp_vec_u16_rw.h>
#include <memory_pages/mp_vec_u16_ro.h>
#include <memory_pages/mp_vec_u32_rw.h>
#include <memory_pages/mp_vec_u32_ro.h>
#include <memory_pages/mp_vec_u64_rw.h>
#include <memory_pages/mp_vec_u64_ro.h>
#include <memory_pages/mp_vec_f32_rw.h>
#include <memory_pages/mp_vec_f32_ro.h>
#include <memory_pages/mp_vec_f64_rw.h>
#include <memory_pages/mp_vec_f64_ro.h>
#include <memory_pages/mp_vec_ptr_rw.h>
#include <memory_pages/mp_vec_ptr_ro.h>

#if MP_ALLOW_EXEC
#include <memory_pages/mp_pages_r_nw_x.h>
#include <memory_pages/mp_pages_nr_nw_x.h>
#include <memory_pages/mp_fn_void.h>
#include <memory_pages/mp_fn_binary_i32.h>
#include <memory_pages/mp_fn_unary_u64.h>
#include <memory_pages/mp_fn_binary_u64.h>
#include <memory_pages/mp_fn_unary_f64.h>
#endif

#endif
