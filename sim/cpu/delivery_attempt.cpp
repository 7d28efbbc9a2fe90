// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/delivery_attempt.h"

namespace ringside {
namespace {

constexpr std::uint64_t kDr6GeneralDetect = 1 << 13;  // DR6.BD (SDM 17.2.3)

}  // namespace

MicroStep& DeliveryAttempt::add(MicroStepKind kind) {
  MicroStep& step = steps.emplace_back();
  step.kind = kind;
  step.vector = exception.vector;
  return step;
}

bool DeliveryAttempt::has_error_code() const {
  const bool from_processor = exception.source == Source::fault || exception.source == Source::abort;
  return from_processor && pushes_error_code(exception.vector);
}

std::unexpected<Exception> DeliveryAttempt::raise(std::uint8_t vector, std::uint32_t error_code) {
  steps.back().ok = false;
  return std::unexpected(Exception{.vector = vector, .source = Source::fault, .error_code = error_code});
}

std::unexpected<Exception> DeliveryAttempt::raise(const Walk& walk, std::uint8_t vector) {
  steps.back().walk = walk;
  if (walk.fault == WalkFault::non_canonical) return raise(vector, ext());
  auto raised = raise(14, walk.error_code);
  raised.error().cr2 = walk.address.value;
  return raised;
}

OrRaised<std::uint64_t> DeliveryAttempt::read(VirtAddr address, unsigned size) {
  const auto value = memory.read(cpu, address, size);
  if (!value) return raise(value.error(), 13);
  return *value;
}

OrRaised<void> DeliveryAttempt::write(VirtAddr address, std::uint64_t value, unsigned size,
                                      std::uint8_t vector) {
  if (const auto done = memory.write(cpu, address, value, size); !done) return raise(done.error(), vector);
  return {};
}

VirtAddr DeliveryAttempt::linear(std::uint64_t base, std::uint64_t offset) const {
  const std::uint64_t sum = base + offset;
  return {cpu.efer & efer::lma ? sum : sum & 0xFFFF'FFFF};
}

std::uint64_t DeliveryAttempt::flags_image() const {
  // The one fault that leaves RF alone is an instruction breakpoint: the handler itself sets RF to get past
  // it. A #DB by general detect (MOV to DR with GD set) is a fault like any other.
  const bool breakpoint = exception.vector == 1 && !(exception.dr6 & kDr6GeneralDetect);
  if (exception.source == Source::fault && !breakpoint) return cpu.rflags | rflags::rf;
  return cpu.rflags;
}

}  // namespace ringside
