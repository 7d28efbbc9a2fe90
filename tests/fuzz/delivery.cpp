// SPDX-License-Identifier: GPL-2.0-or-later
// Any exception on any processor with any tables: the chain of attempts ends, changes nothing by itself,
// tells its steps consistently, and writes only where the page tables lead. And page walks to any address.
//
// Input: the lab (lab.h), the exception, then addresses to walk to.
#include <algorithm>
#include <cstring>

#include "sim/cpu/delivery.h"
#include "sim/cpu/paging.h"
#include "tests/fuzz/lab.h"

namespace ringside::fuzz {
namespace {

constexpr std::size_t kAttempts = 8;  // benign, contributory, page fault, #DF: no chain is longer than that
constexpr std::uint64_t kAccessed = 1 << 5, kDirty = 1 << 6;

Exception take_exception(Input& input) {
  Exception e{.vector = input.byte(), .source = static_cast<Source>(input.byte() % 7)};
  if (e.source == Source::fault || e.source == Source::abort) e.vector &= 31;
  if (e.source == Source::nmi) e.vector = 2;
  e.error_code = input.take<std::uint16_t>();
  if (e.vector == 14) e.cr2 = input.take<std::uint64_t>();
  if (e.vector == 1) e.dr6 = input.take<std::uint16_t>();
  if (e.source == Source::software_int || e.source == Source::icebp)
    e.instruction_bytes = 1 + (input.byte() & 3);
  return e;
}

void check_attempts(const Delivery& delivery, const Exception& asked) {
  const auto& attempts = delivery.attempts;
  require(!attempts.empty() && attempts.size() <= kAttempts, "a delivery of no attempts, or of too many");
  require(attempts.front().exception == asked, "the first attempt is not what was asked for");
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const Attempt& attempt = attempts[i];
    const bool last = i + 1 == attempts.size(), over = attempt.end == AttemptEnd::delivered;
    require(last == (over || attempt.end == AttemptEnd::triple_fault),
            "the chain goes on behind its end, or stops short");
    require(!attempt.steps.empty(), "an attempt without steps");
    const auto failed = std::ranges::count_if(
        attempt.steps, [](const MicroStep& s) { return !s.ok && s.kind != MicroStepKind::nested_fault; });
    require(failed == (over ? 0 : 1), fmt::format("attempt {} has {} failing steps", i, failed));
    const bool nested = attempt.steps.back().kind == MicroStepKind::nested_fault;
    require(nested != over, "an attempt fails without a nested fault at its end, or succeeds with one");
    if (over)
      require(attempt.steps.back().kind == MicroStepKind::jump, "a delivery does not end with the jump");
    if (attempt.end == AttemptEnd::double_fault)
      require(attempts[i + 1].exception.vector == 8, "a double fault is not vector 8");
  }
}

// Carries the writes out one by one, each to be found by the walk of that moment.
void check_writes(Lab& lab, const Delivery& delivery) {
  const PhysicalMemory memory = lab.memory();
  for (const MemoryWrite& write : delivery.writes) {
    require(write.size >= 1 && write.size <= 8, "a write of no size");
    if (write.linear.value != 0) {
      const Walk way = walk(lab.cpu, memory, write.linear, {.kind = AccessKind::write, .implicit = true});
      require(way.ok(), "a push went through a page that may not be written");
      require(way.physical == write.address, "a push went elsewhere than its page leads");
      require((write.linear.value & 0xFFF) + write.size <= 0x1000, "one write into two pages");
    } else if (write.size >= 4 && memory.assigned(write.address, write.size)) {
      const std::uint64_t more = memory.read(write.address, write.size) ^ write.value;
      // A push to linear address 0 looks the same.
      if (lab.cpu.cr0 & cr0::pg && write.address.value >= 0x1000)
        require((more & ~(kAccessed | kDirty)) == 0, "more than accessed and dirty bits of an entry changed");
    }
    memory.write(write.address, write.value, write.size);
  }
}

void check_walk(Lab& lab, VirtAddr address, bool user) {
  const Walk read = walk(lab.cpu, lab.memory(), address, {.kind = AccessKind::read, .user = user});
  require(read.count <= 4, "a walk of more than four levels");
  require((read.error_code != 0 || !user || read.ok() || read.fault == WalkFault::non_canonical),
          "a user's fault without an error code");
  if (!read.ok()) return;
  // Without paging an address is what it was: keeping it within 32 bits is up to who computed it.
  require(read.paging == PagingMode::none || read.physical.value >> kPhysicalAddressBits == 0,
          "a walk leads beyond the width of physical addresses");
  require((read.paging == PagingMode::none) == (read.page_bytes == 0), "a page without a size");
  if (read.page_bytes)
    require((read.physical.value & (read.page_bytes - 1)) == (address.value & (read.page_bytes - 1)),
            "the offset in the page changed on the way");
  for (const AccessKind kind : {AccessKind::write, AccessKind::fetch}) {
    const Walk other = walk(lab.cpu, lab.memory(), address, {.kind = kind, .user = user});
    require(other.ok() == allows(lab.cpu, read, kind),
            "what a walk allows differs from the walk of that kind");
    if (other.ok()) require(other.physical == read.physical, "a write goes elsewhere than a read");
  }
}

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  Input input(data, size);
  Lab lab = take_lab(input);
  const Exception exception = take_exception(input);
  for (unsigned i = 0; i < 16 && !input.empty(); ++i) {
    const std::uint8_t how = input.byte();
    const std::uint64_t address =
        how & 2 ? input.take<std::uint64_t>() : std::uint64_t{input.take<std::uint16_t>()} << 8;
    check_walk(lab, {address}, how & 1);
  }

  const auto ram = lab.ram;
  const CpuState cpu = lab.cpu;
  const Delivery delivery = deliver(lab.cpu, lab.memory(), exception);
  require(std::memcmp(lab.ram.data(), ram.data(), ram.size()) == 0 && lab.cpu == cpu,
          "a delivery changed the machine by itself");
  require(delivery.before == cpu, "a delivery began elsewhere");
  check_attempts(delivery, exception);
  require(deliver(lab.cpu, lab.memory(), exception).after == delivery.after,
          "the same delivery ends differently");
  check_writes(lab, delivery);
  return 0;
}
