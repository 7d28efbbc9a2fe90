// SPDX-License-Identifier: MIT
//
// The smallest kernel there is. It needs what every C++ program needs, and there is nobody to bring it but
// you.
#include <array>

#include "freestanding.h"

namespace lab {

// One of each kind, to be found again after loading.
extern const std::array<uint64_t, 8> constants;
const std::array<uint64_t, 8> constants{2, 3, 5, 7, 11, 13, 17, 19};            // .rodata
constinit std::array<uint64_t, 8> initialized{23, 29, 31, 37, 41, 43, 47, 53};  // .data
constinit std::array<uint64_t, 8> zeros{};                                      // .bss

struct Arrival {
  uint64_t magic, report;
};
constinit Arrival arrival;  // what _start has handed over

namespace {

// A text of 64 rows, of which the screen shows the first. Its copy is written as an assignment, and becomes a
// call of memcpy; to clear it is a call of memset. (For a few bytes the compiler has instructions of its
// own.)
struct Text {
  std::array<uint16_t, 80 * 64> cells;
};
constinit Text drawn, shown;

void draw(size_t row, std::string_view text, uint8_t colors) {
  for (size_t i = 0; i < 80; ++i)
    drawn.cells[row * 80 + i] = static_cast<uint16_t>(colors << 8 | (i < text.size() ? text[i] : ' '));
}

void show(size_t rows) {
  shown = drawn;
  for (size_t i = 0; i < rows * 80; ++i) screen()[i] = shown.cells[i];
  drawn = {};
}

// A virtual function that is called before there is one: in the constructor of its base class.
class Device {
 public:
  Device() { introduce(); }
  virtual uint64_t number() const = 0;

 private:
  [[gnu::noinline]] void introduce() const { screen()[0] = static_cast<uint16_t>(number()); }
};

class Disk final : public Device {
 public:
  uint64_t number() const override { return 1; }
};

}  // namespace

// The check calls these: an element of an array of eight, and a virtual function that nobody has written.
[[gnu::noinline]] uint64_t element(size_t index) { return constants[index]; }
[[gnu::noinline]] uint64_t start_disk() {
  const Disk disk;
  return disk.number();
}

// The end of the demonstration.
[[gnu::noinline]] void ready() {
  for (;;) hlt();
}

}  // namespace lab

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report) {
  lab::arrival = {magic, report};
  lab::zeros[0] = lab::element(2) + lab::initialized[0];
  lab::draw(0, "Freestanding: below this kernel there is nothing.", 0x1e);
  const bool multiboot = magic == 0x36d76289 || magic == 0x2badb002;
  lab::draw(1, multiboot ? "A Multiboot loader brought it here." : "Who brought it here?", 0x07);
  lab::show(2);
  lab::ready();
  __builtin_unreachable();
}
