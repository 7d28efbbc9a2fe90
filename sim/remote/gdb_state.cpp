// SPDX-License-Identifier: GPL-2.0-or-later
// Registers, memory, breakpoints: the packets that read and change the machine where it stands.
#include <algorithm>

#include "sim/remote/gdb_server.h"
#include "sim/remote/hex.h"
#include "sim/remote/registers.h"
#include "sim/remote/remote_memory.h"

namespace ringside {
namespace {

constexpr const char* kMalformed = "E01";
constexpr const char* kNoSuchRegister = "E02";
constexpr const char* kReadOnly = "E03";
constexpr const char* kRefused = "E04";          // the machine has ended: nothing can be changed any more
constexpr const char* kBadAddress = "E14";       // EFAULT
constexpr const char* kTooLong = "E22";          // EINVAL
constexpr std::uint64_t kMostWatched = 1 << 16;  // bytes of one watchpoint

std::uint64_t from_little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  return value;
}

}  // namespace

std::string GdbServer::read_registers() {
  const CpuState& cpu = session_.machine().cpu();
  std::string all;
  for (const RemoteRegister& reg : remote_registers()) all += register_hex(cpu, reg);
  return all;
}

std::string GdbServer::read_register(std::string_view text) {
  const auto number = hex_number(text);
  if (!number) return kMalformed;
  if (*number >= remote_registers().size()) return kNoSuchRegister;
  return register_hex(session_.machine().cpu(), remote_registers()[*number]);
}

// A register that holds the value already may be "written" whichever it is: gdb puts back what it saved.
std::string GdbServer::set_register(const RemoteRegister& reg, std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != reg.bytes) return kMalformed;
  const CpuState& cpu = session_.machine().cpu();
  if (to_hex(*bytes) == register_hex(cpu, reg)) return "OK";
  if (!reg.settable) return kReadOnly;
  std::uint64_t value = from_little_endian(*bytes);
  if (*reg.settable == kSetRip) value -= linear_rip(cpu) - cpu.rip;  // back to an offset from CS's base
  return session_.apply(SetRegister{*reg.settable, value}) ? "OK" : kRefused;
}

std::string GdbServer::write_register(std::string_view assignment) {
  const auto number = hex_number(take_until(assignment, '='));
  if (!number) return kMalformed;
  if (*number >= remote_registers().size()) return kNoSuchRegister;
  return set_register(remote_registers()[*number], assignment);
}

std::string GdbServer::write_registers(std::string_view hex) {
  for (const RemoteRegister& reg : remote_registers()) {
    const std::string_view digits = hex.substr(0, reg.bytes * 2);
    if (const std::string done = set_register(reg, digits); done != "OK") return done;
    hex.remove_prefix(digits.size());
  }
  return "OK";
}

std::string GdbServer::read_memory(std::string_view range) {
  const auto address = hex_number(take_until(range, ',')), length = hex_number(range);
  if (!address || !length) return kMalformed;
  if (*length == 0) return {};
  const std::size_t most = std::min<std::uint64_t>(*length, kPacketSize / 2);
  const std::string bytes = read_for_gdb(session_, {*address}, most);
  return bytes.empty() ? kBadAddress : to_hex(bytes);
}

// "ADDRESS,LENGTH:BYTES", as digits or as they are.
std::string GdbServer::write_memory(std::string_view request, bool binary) {
  const auto address = hex_number(take_until(request, ',')), length = hex_number(take_until(request, ':'));
  if (!address || !length) return kMalformed;
  const auto bytes = binary ? std::string(request) : from_hex(request);
  if (!bytes || bytes->size() != *length) return kMalformed;
  if (session_.machine().final_stop() && !bytes->empty()) return kRefused;
  return write_for_gdb(session_, {*address}, *bytes) ? "OK" : kBadAddress;
}

// "TYPE,ADDRESS,LENGTH", and conditions, which we never announce.
std::string GdbServer::breakpoint(std::string_view request, bool insert) {
  const auto type = hex_number(take_until(request, ','));
  const auto address = hex_number(take_until(request, ','));
  const auto length = hex_number(request.substr(0, request.find(';')));
  if (!type || !address || !length) return kMalformed;
  if (!RemoteBreakpoints::known(*type)) return {};
  if (*length > kMostWatched) return kTooLong;
  const auto as = static_cast<RemoteBreakpoints::Type>(*type);
  if (insert)
    breakpoints_.insert(as, {*address}, *length);
  else
    breakpoints_.remove(as, {*address}, *length);
  breakpoints_.install(session_.machine());
  return "OK";
}

}  // namespace ringside
