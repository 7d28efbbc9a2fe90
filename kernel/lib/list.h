// SPDX-License-Identifier: MIT
//
// A list whose links lie inside the items: putting something into a list needs no memory and cannot fail, so
// an interrupt handler may do it. An item has one pair of links for each list it can be in at the same time.
//
//   struct Thread { ... ListLinks<Thread> queue_links; };
//   List<Thread, &Thread::queue_links> ready;
#pragma once

#include <cstddef>

namespace kernel {

template <typename T>
struct ListLinks {
  T* next = nullptr;
  T* previous = nullptr;
};

// Owns nothing. An item must not end while it is in a list.
template <typename T, ListLinks<T> T::*links>
struct List {
  T* first = nullptr;
  T* last = nullptr;

  bool empty() const { return first == nullptr; }

  // REQUIRES: `item` is in no list through these links.
  void push_back(T& item) { insert_before(nullptr, item); }

  // In front of `place`; at the end for null.
  void insert_before(T* place, T& item) {
    T* const before = place != nullptr ? (place->*links).previous : last;
    (item.*links) = {.next = place, .previous = before};
    (before != nullptr ? (before->*links).next : first) = &item;
    (place != nullptr ? (place->*links).previous : last) = &item;
  }

  // REQUIRES: `item` is in this list.
  void remove(T& item) {
    const ListLinks<T> old = item.*links;
    (old.previous != nullptr ? (old.previous->*links).next : first) = old.next;
    (old.next != nullptr ? (old.next->*links).previous : last) = old.previous;
    item.*links = {};
  }

  // REQUIRES: not empty().
  T& take_front() {
    T& item = *first;
    first = (item.*links).next;
    (first != nullptr ? (first->*links).previous : last) = nullptr;
    (item.*links).next = nullptr;
    return item;
  }

  // Null if the list is empty.
  T* pop_front() { return empty() ? nullptr : &take_front(); }

  static T* next(const T& item) { return (item.*links).next; }
  static T* previous(const T& item) { return (item.*links).previous; }

  size_t size() const {
    size_t count = 0;
    for (const T* item = first; item != nullptr; item = next(*item)) ++count;
    return count;
  }

  // Every item's neighbours point back at it, and the ends are the ends.
  bool is_sound() const {
    const T* before = nullptr;
    for (const T* item = first; item != nullptr; item = next(*item)) {
      if ((item->*links).previous != before) return false;
      before = item;
    }
    return before == last;
  }

  // for (T& item : list). The current item must not be taken out on the way.
  struct Iterator {
    T* item;
    T& operator*() const { return *item; }
    Iterator& operator++() {
      item = next(*item);
      return *this;
    }
    bool operator==(const Iterator&) const = default;
  };
  Iterator begin() const { return {first}; }
  Iterator end() const { return {nullptr}; }
};

}  // namespace kernel
