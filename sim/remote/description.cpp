// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/description.h"

#include <fmt/format.h>

#include <bit>
#include <initializer_list>
#include <utility>

#include "sim/cpu/cpu_state.h"
#include "sim/remote/registers.h"

namespace ringside {
namespace {

using Bits = std::initializer_list<std::pair<const char*, std::uint64_t>>;

std::string flags_type(const char* id, unsigned bytes, Bits bits) {
  std::string text = fmt::format("<flags id=\"{}\" size=\"{}\">", id, bytes);
  for (const auto& [name, mask] : bits)
    text += fmt::format("<field name=\"{0}\" start=\"{1}\" end=\"{1}\"/>", name, std::countr_zero(mask));
  return text + "</flags>\n";
}

// gdb prints such a register as the names of the bits that are set. Unnamed bit 1 of EFLAGS is always set.
std::string core_types() {
  using namespace rflags;
  return flags_type("i386_eflags", 4,
                    {{"CF", cf},
                     {"", 2},
                     {"PF", pf},
                     {"AF", af},
                     {"ZF", zf},
                     {"SF", sf},
                     {"TF", tf},
                     {"IF", if_},
                     {"DF", df},
                     {"OF", of},
                     {"NT", nt},
                     {"RF", rf},
                     {"VM", vm},
                     {"AC", ac},
                     {"VIF", vif},
                     {"VIP", vip},
                     {"ID", id}});
}

constexpr const char* kSseTypes =
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
    "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
    "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n"
    "<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
    "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n"
    "<vector id=\"v2i64\" type=\"int64\" count=\"2\"/>\n"
    "<union id=\"vec128\"><field name=\"v4_float\" type=\"v4f\"/><field name=\"v2_double\" type=\"v2d\"/>"
    "<field name=\"v16_int8\" type=\"v16i8\"/><field name=\"v8_int16\" type=\"v8i16\"/>"
    "<field name=\"v4_int32\" type=\"v4i32\"/><field name=\"v2_int64\" type=\"v2i64\"/>"
    "<field name=\"uint128\" type=\"uint128\"/></union>\n";

// MXCSR: SDM volume 1, 10.2.3.
std::string sse_types() {
  return kSseTypes + flags_type("i386_mxcsr", 4,
                                {{"IE", 1 << 0},
                                 {"DE", 1 << 1},
                                 {"ZE", 1 << 2},
                                 {"OE", 1 << 3},
                                 {"UE", 1 << 4},
                                 {"PE", 1 << 5},
                                 {"DAZ", 1 << 6},
                                 {"IM", 1 << 7},
                                 {"DM", 1 << 8},
                                 {"ZM", 1 << 9},
                                 {"OM", 1 << 10},
                                 {"UM", 1 << 11},
                                 {"PM", 1 << 12},
                                 {"FZ", 1 << 15}});
}

std::string system_types() {
  using namespace cr0;
  return flags_type("ringside_cr0", 8,
                    {{"PE", pe},
                     {"MP", mp},
                     {"EM", em},
                     {"TS", ts},
                     {"ET", et},
                     {"NE", ne},
                     {"WP", wp},
                     {"AM", am},
                     {"NW", nw},
                     {"CD", cd},
                     {"PG", pg}}) +
         flags_type("ringside_cr4", 8,
                    {{"VME", cr4::vme},
                     {"PVI", cr4::pvi},
                     {"TSD", cr4::tsd},
                     {"DE", cr4::de},
                     {"PSE", cr4::pse},
                     {"PAE", cr4::pae},
                     {"MCE", cr4::mce},
                     {"PGE", cr4::pge},
                     {"PCE", cr4::pce},
                     {"OSFXSR", cr4::osfxsr},
                     {"OSXMMEXCPT", cr4::osxmmexcpt},
                     {"UMIP", cr4::umip},
                     {"LA57", cr4::la57},
                     {"FSGSBASE", cr4::fsgsbase},
                     {"SMEP", cr4::smep},
                     {"SMAP", cr4::smap}}) +
         flags_type("ringside_efer", 8,
                    {{"SCE", efer::sce}, {"LME", efer::lme}, {"LMA", efer::lma}, {"NXE", efer::nxe}});
}

std::string types_of(RegisterFeature feature) {
  switch (feature) {
    case RegisterFeature::core: return core_types();
    case RegisterFeature::sse: return sse_types();
    case RegisterFeature::segments: return {};
    case RegisterFeature::system: return system_types();
  }
  return {};
}

}  // namespace

std::string target_description() {
  std::string text =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
      "<architecture>i386:x86-64</architecture>\n";
  unsigned number = 0;
  for (const RegisterFeature feature :
       {RegisterFeature::core, RegisterFeature::sse, RegisterFeature::segments, RegisterFeature::system}) {
    text += fmt::format("<feature name=\"{}\">\n{}", name(feature), types_of(feature));
    for (; number < remote_registers().size() && remote_registers()[number].feature == feature; ++number) {
      const RemoteRegister& reg = remote_registers()[number];
      const std::string group = reg.group ? fmt::format(" group=\"{}\"", reg.group) : "";
      text += fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"{}/>\n", reg.name,
                          reg.bytes * 8, reg.type, number, group);
    }
    text += "</feature>\n";
  }
  return text + "</target>\n";
}

std::string linear_memory_map() {
  return "<?xml version=\"1.0\"?>\n"
         "<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
         "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n"
         "<memory-map>\n"
         "<memory type=\"ram\" start=\"0x0\" length=\"0x800000000000\"/>\n"
         "<memory type=\"ram\" start=\"0xffff800000000000\" length=\"0x800000000000\"/>\n"
         "</memory-map>\n";
}

}  // namespace ringside
