// SPDX-License-Identifier: MIT
//
// Registers with types, and what the CPU says of itself.
#include "arch/control_registers.h"
#include "arch/cpu_features.h"
#include "arch/model_specific_registers.h"
#include "arch/port.h"
#include "test/test.h"

namespace kernel {
namespace {

// What does not compile cannot be tested but like this.
template <typename A, typename B>
concept can_be_joined = requires(A a, B b) {
  a | b;
};
static_assert(can_be_joined<cr0::Value, cr0::Value>);
static_assert(!can_be_joined<cr0::Value, cr4::Value>);
static_assert(!can_be_joined<cr0::Value, uint64_t>);

template <typename Register>
concept can_be_written = requires(Register r) {
  r.write({});
};
template <typename Register>
concept can_be_read = requires(Register r) {
  r.read();
};
static_assert(can_be_written<decltype(msr::efer)> && can_be_read<decltype(msr::efer)>);
static_assert(!can_be_written<decltype(msr::mtrr_capabilities)>);
static_assert(!can_be_written<Port<uint8_t, Access::read>> && !can_be_read<Port<uint8_t, Access::write>>);

KERNEL_TEST(registers, bits_of_a_register) {
  const cr0::Value both = cr0::kPaging | cr0::kProtection;
  expect_equal(both.value(), 0x80000001);
  expect(both.has(cr0::kPaging) && !both.has(cr0::kPaging | cr0::kTaskSwitched));
  expect((both & ~cr0::kPaging) == cr0::kProtection);
}

KERNEL_TEST(registers, the_cpu_is_where_boot_left_it) {
  expect(cr0::read().has(cr0::kPaging | cr0::kProtection | cr0::kWriteProtect | cr0::kNumericError));
  expect(!cr0::read().has(cr0::kTaskSwitched));
  expect(cr4::read().has(cr4::kPhysicalAddressExtension | cr4::kFxsave | cr4::kSimdExceptions));
  expect(msr::efer.read().has(efer::kLongModeEnable | efer::kLongModeActive | efer::kNoExecute));
}

KERNEL_TEST(registers, a_model_specific_register_keeps_what_is_written) {
  const uint64_t old = msr::kernel_gs_base.read();
  msr::kernel_gs_base.write(0xffff800012345678);
  expect_equal(msr::kernel_gs_base.read(), 0xffff800012345678);
  msr::kernel_gs_base.write(old);
}

KERNEL_TEST(cpu, has_what_the_kernel_runs_on) {
  using namespace cpu_feature;
  for (const CpuFeature& feature :
       {kFpu, kModelSpecificRegisters, kPhysicalAddressExtension, kFxsave, kSse2, kNoExecute, kLongMode})
    expect(cpu_has(feature));
  expect(physical_address_bits() >= 32 && physical_address_bits() <= PhysicalAddress::kBits);
}

KERNEL_TEST(cpu, an_unknown_function_has_no_features) {
  expect(!cpu_has({0x8000ffff, &CpuId::eax, 0, "none"}));
  expect(!cpu_has({0x0000ffff, &CpuId::eax, 0, "none"}));
}

KERNEL_TEST(cpu, a_vendor_is_twelve_letters) {
  for (const char letter : cpu_vendor().text()) expect(letter >= ' ' && letter <= '~');
}

}  // namespace
}  // namespace kernel
