// SPDX-License-Identifier: GPL-2.0-or-later
// One number for a machine's state. Every member of every chip goes in by its field list, so none can be
// forgotten; padding never does.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "sim/cpu/cpu_state.h"

namespace ringside {

class StateHash {
 public:
  void add(std::uint64_t value) {
    hash_ = std::rotl(hash_ ^ value * 0x9E3779B97F4A7C15, 29) * 0xBF58476D1CE4E5B9;
  }
  void add(std::span<const std::byte> bytes) {
    // Four independent lanes keep a memory of many MiB cheap.
    std::array<std::uint64_t, 4> lanes = {1, 2, 3, 4};
    std::size_t at = 0;
    for (; at + 32 <= bytes.size(); at += 32)
      for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + at + 8 * i, 8);
        lanes[i] = std::rotl(lanes[i] ^ word * 0x9E3779B97F4A7C15, 31) * 0x94D049BB133111EB;
      }
    for (; at < bytes.size(); ++at) add(std::to_integer<std::uint64_t>(bytes[at]));
    for (std::uint64_t lane : lanes) add(lane);
  }

  // Anything with a field list, arrays and scalars.
  template <class T>
  void add_value(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      add(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_integral_v<T>) {
      add(static_cast<std::uint64_t>(value));
    } else if constexpr (requires {
                           value.begin();
                           value.end();
                         }) {
      for (const auto& element : value) add_value(element);
    } else {
      visit_fields(value, [this](const char*, const auto& member) { add_value(member); });
    }
  }

  std::uint64_t value() const { return hash_ ^ hash_ >> 32; }

 private:
  std::uint64_t hash_ = 0x243F6A8885A308D3;
};

template <class Visitor>
void visit_fields(const Segment& s, Visitor&& v) {
  const auto& [selector, base, limit, attributes] = s;
  v("selector", selector);
  v("base", base);
  v("limit", limit);
  v("attributes", attributes);
}
template <class Visitor>
void visit_fields(const DescriptorTable& t, Visitor&& v) {
  const auto& [base, limit] = t;
  v("base", base);
  v("limit", limit);
}
template <class Visitor>
void visit_fields(const Xmm& x, Visitor&& v) {
  const auto& [low, high] = x;
  v("low", low);
  v("high", high);
}
template <class Visitor>
void visit_fields(const X87& x, Visitor&& v) {
  const auto& [significand, sign_exponent] = x;
  v("significand", significand);
  v("sign_exponent", sign_exponent);
}
template <class Visitor>
void visit_fields(const FloatingPoint& f, Visitor&& v) {
  const auto& [fcw, fsw, ftw, st, mxcsr, xmm] = f;
  v("fcw", fcw);
  v("fsw", fsw);
  v("ftw", ftw);
  v("st", st);
  v("mxcsr", mxcsr);
  v("xmm", xmm);
}
template <class Visitor>
void visit_fields(const CpuState& c, Visitor&& v) {
  const auto& [gpr, rip, rflags, es, cs, ss, ds, fs, gs, ldtr, tr, gdtr, idtr, cr0, cr2, cr3, cr4, cr8, dr,
               dr6, dr7, efer, star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp,
               sysenter_eip, pat, apic_base, tsc_offset, tsc_aux, fp, cpl, interrupt_shadow, halted,
               nmi_blocked] = c;
  v("gpr", gpr);
  v("rip", rip);
  v("rflags", rflags);
  v("es", es);
  v("cs", cs);
  v("ss", ss);
  v("ds", ds);
  v("fs", fs);
  v("gs", gs);
  v("ldtr", ldtr);
  v("tr", tr);
  v("gdtr", gdtr);
  v("idtr", idtr);
  v("cr0", cr0);
  v("cr2", cr2);
  v("cr3", cr3);
  v("cr4", cr4);
  v("cr8", cr8);
  v("dr", dr);
  v("dr6", dr6);
  v("dr7", dr7);
  v("efer", efer);
  v("star", star);
  v("lstar", lstar);
  v("cstar", cstar);
  v("sfmask", sfmask);
  v("kernel_gs_base", kernel_gs_base);
  v("sysenter_cs", sysenter_cs);
  v("sysenter_esp", sysenter_esp);
  v("sysenter_eip", sysenter_eip);
  v("pat", pat);
  v("apic_base", apic_base);
  v("tsc_offset", tsc_offset);
  v("tsc_aux", tsc_aux);
  v("fp", fp);
  v("cpl", cpl);
  v("interrupt_shadow", interrupt_shadow);
  v("halted", halted);
  v("nmi_blocked", nmi_blocked);
}

}  // namespace ringside
