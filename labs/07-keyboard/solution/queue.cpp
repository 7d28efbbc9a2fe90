// SPDX-License-Identifier: MIT
#include "queue.h"

namespace lab {

bool Queue::push(char character) {
  const uint32_t place = tail;
  if (place - head == kPlaces) return false;
  places[place % kPlaces] = character;
  tail = place + 1;  // last: who sees the index sees the character
  return true;
}

int Queue::pop() {
  const uint32_t place = head;
  if (place == tail) return -1;
  const auto character = static_cast<uint8_t>(places[place % kPlaces]);
  head = place + 1;
  return character;
}

}  // namespace lab
