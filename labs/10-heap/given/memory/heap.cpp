// SPDX-License-Identifier: MIT
//
// The kernel's heap is not in this image: yours is, in heap.cpp.
