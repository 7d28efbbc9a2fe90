// SPDX-License-Identifier: MIT
#include "drivers/debug_exit.h"

#include <string_view>

#include "arch/port.h"
#include "drivers/console.h"

namespace kernel {

void debug_exit(uint8_t value) {
  console.serial().drain();
  Port<uint8_t, Access::write>{0xf4}.write(value);
  for (const char letter : std::string_view("Shutdown"))
    Port<uint8_t, Access::write>{0x8900}.write(static_cast<uint8_t>(letter));
}

}  // namespace kernel
