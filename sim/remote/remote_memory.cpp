// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/remote_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/boot/elf_image.h"
#include "sim/inspect/guest_memory.h"

namespace ringside {
namespace {

constexpr std::uint64_t kFourGiB = 1ull << 32;

std::string from_image(const std::vector<std::byte>& file, std::uint64_t address, std::size_t length) {
  const auto image = parse_elf(file);
  if (!image) return {};
  for (const ElfSegment& segment : image->segments) {
    if (address < segment.virtual_address) continue;
    const std::uint64_t offset = address - segment.virtual_address;
    if (offset >= segment.memory_size) continue;
    std::string bytes(std::min<std::uint64_t>(length, segment.memory_size - offset), '\0');
    if (offset < segment.content.size()) {
      const auto content = segment.content.subspan(offset);
      std::transform(content.begin(),
                     content.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), content.size())),
                     bytes.begin(), [](auto byte) { return static_cast<char>(byte); });
    }
    return bytes;
  }
  return {};
}

}  // namespace

std::string read_for_gdb(Session& session, VirtAddr address, std::size_t length) {
  const Machine& machine = session.machine();
  const CpuState& cpu = machine.cpu();
  if (address.value >= kFourGiB && !(cpu.efer & efer::lma))
    return from_image(machine.config().image, address.value, length);
  const auto bytes = GuestMemory(cpu, machine.memory()).readable(address, length);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<void> write_for_gdb(Session& session, VirtAddr address, std::string_view bytes) {
  std::vector<SetMemory> changes;
  {
    const Machine& machine = session.machine();
    const GuestMemory guest(machine.cpu(), machine.memory());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto place = guest.translate(address + i);
      if (!place) return fail(fmt::format("{:#x} cannot be written: it is not mapped.", address.value + i));
      const auto value = static_cast<std::uint8_t>(bytes[i]);
      if (machine.memory().read(*place, 1) != value) changes.push_back({*place, value});
    }
  }
  for (const SetMemory& change : changes)
    if (auto done = session.apply(change); !done) return done;
  return {};
}

}  // namespace ringside
