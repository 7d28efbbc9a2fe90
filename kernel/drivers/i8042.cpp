// SPDX-License-Identifier: MIT
#include "drivers/i8042.h"

#include "arch/interrupt_guard.h"
#include "arch/port.h"

namespace kernel {
namespace {

constexpr Port<uint8_t, Access::read_write> kData{0x60};
constexpr Port<uint8_t, Access::read> kStatus{0x64};
constexpr Port<uint8_t, Access::write> kCommand{0x64};

constexpr uint8_t kStatusOutputFull = 1 << 0;  // a byte waits for us
constexpr uint8_t kStatusInputFull = 1 << 1;   // the controller has not taken our last byte

constexpr uint8_t kWriteCommandByte = 0x60;
constexpr uint8_t kDisableAuxiliary = 0xa7;
constexpr uint8_t kDisableKeyboard = 0xad;
constexpr uint8_t kEnableKeyboard = 0xae;
constexpr uint8_t kWriteOutputBuffer = 0xd2;
constexpr uint8_t kPulseResetLine = 0xfe;

constexpr uint8_t kByteKeyboardInterrupt = 1 << 0;
constexpr uint8_t kByteSystemFlag = 1 << 2;
constexpr uint8_t kByteAuxiliaryOff = 1 << 5;
constexpr uint8_t kByteTranslate = 1 << 6;

// To the keyboard itself, which answers each byte by 0xFA.
constexpr uint8_t kKeyboardEnableScanning = 0xf4;
constexpr uint8_t kKeyboardTypematic = 0xf3;
constexpr uint8_t kHalfASecondThen30ASecond = 1 << 5;

// A byte to or from the keyboard takes about a millisecond: no need to ask at every instruction. (Nor to
// PAUSE at every one: an emulator leaves its translated code each time.) Bounded, as a machine without a
// controller reads all ones for ever.
constexpr unsigned kTurnsBetween = 500;
constexpr unsigned kPatience = 10'000;

bool wait_until(uint8_t mask, uint8_t wanted) {
  for (unsigned i = 0; i < kPatience; ++i) {
    if ((kStatus.read() & mask) == wanted) return true;
    for (volatile unsigned turn = 0; turn < kTurnsBetween;) turn = turn + 1;
  }
  return false;
}

bool command(uint8_t byte) {
  if (!wait_until(kStatusInputFull, 0)) return false;
  kCommand.write(byte);
  return true;
}

void drain() {
  for (unsigned i = 0; i < 16 && read_keyboard_byte(); ++i) {
  }
}

}  // namespace

bool initialize_keyboard_controller() {
  if (!command(kDisableKeyboard) || !command(kDisableAuxiliary)) return false;
  drain();
  if (!command(kWriteCommandByte)) return false;
  send_to_keyboard(kByteKeyboardInterrupt | kByteSystemFlag | kByteAuxiliaryOff | kByteTranslate);
  command(kEnableKeyboard);
  for (const uint8_t byte : {kKeyboardTypematic, kHalfASecondThen30ASecond, kKeyboardEnableScanning}) {
    send_to_keyboard(byte);
    if (!wait_until(kStatusOutputFull, kStatusOutputFull)) return false;
    drain();
  }
  return true;
}

// After a command with a parameter, the controller itself takes the byte.
bool send_to_keyboard(uint8_t byte) {
  if (!wait_until(kStatusInputFull, 0)) return false;
  kData.write(byte);
  return true;
}

void pretend_keyboard_sent(uint8_t byte) {
  wait_until(kStatusOutputFull, 0);
  const InterruptGuard guard;  // a handler that sends something in between would send it in place of our byte
  if (command(kWriteOutputBuffer)) send_to_keyboard(byte);
}

std::optional<uint8_t> read_keyboard_byte() {
  if ((kStatus.read() & kStatusOutputFull) == 0) return std::nullopt;
  return kData.read();
}

void pulse_reset_line() { command(kPulseResetLine); }

}  // namespace kernel
