// SPDX-License-Identifier: GPL-2.0-or-later
// Data whose layout the ABI fixes (System V ABI, AMD64 supplement, section 3.1.2), spelled out in the tests.
#include <string_view>

namespace subject {

enum class State : unsigned char { ready, running, blocked = 7 };

struct Node {
  Node* next;
  int value;
};

struct Named {
  const char* name;
};

struct Thread : Named {
  long id;
  State state;
  unsigned priority : 3;
  unsigned flags : 13;
  union {
    unsigned whole;
    unsigned short halves[2];
  };
  Node queue;
  Thread* peers[2];
  bool alive;
  static int count;
};

struct Opaque;  // defined nowhere
using Word = unsigned long;

int Thread::count = 3;
Node tail{nullptr, 20};
Node head{&tail, 10};
char title[] = "idle";
Thread thread{{title}, -5, State::blocked, 5, 100, {0x00020001}, {&head, 30}, {&thread, nullptr}, true};
Opaque* opaque = nullptr;
Word word = 0x1122334455667788;
int matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
int (*callback)(int) = nullptr;
Node loop{&loop, 1};
char letter = 'A';
State odd = static_cast<State>(9);

template <class T, int N>
struct Array {
  T elements[N];
};
struct Register {
  unsigned short number;
};
unsigned char byte = 200;
signed char small = -3;
Array<Node*, 1> wrapped{{&head}};
std::string_view greeting = "hello, world";
Array<Register, 2> registers{{{0x20}, {0xA0}}};

// Of these the image holds no bytes.
struct Limits {
  static constexpr unsigned char kMark = 0xFD;
  static constexpr short kLowest = -2;
  static constexpr Array<unsigned short, 2> kPair{{1, 0x203}};
  int used;
};
Limits limits{1};

namespace {
int secret = 42;
}

[[gnu::section(".placed.next_id"), gnu::used]] int next_id() {
  static int counter = 100;
  secret += counter;
  return ++counter + secret;
}

}  // namespace subject
