// SPDX-License-Identifier: GPL-2.0-or-later
// A program that is measured: started, listened to, and asked what it cost.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ringside::bench {

struct Cost {
  double cpu = 0;       // seconds, user and system, all threads
  double wall = 0;      // seconds since the start
  double peak_mib = 0;  // of resident memory; 0 while it runs
  int status = -1;      // what it exited with; -1: it was killed
};

class Child {
 public:
  // Standard output is read by output_until(), standard error is dropped, standard input is empty.
  explicit Child(const std::vector<std::string>& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads until `text` was printed; false if the output ended, or a minute passed, before that.
  bool output_until(const std::string& text);
  const std::string& output() const { return output_; }
  Cost now() const;  // as far as it has come
  Cost finish();     // waits for its end
  Cost kill();       // at once

 private:
  double elapsed() const;
  pid_t pid_ = -1;
  int pipe_ = -1;
  double started_ = 0;
  std::string output_;
};

double wall_clock();                        // seconds
double median(std::vector<double> values);  // not empty

}  // namespace ringside::bench
