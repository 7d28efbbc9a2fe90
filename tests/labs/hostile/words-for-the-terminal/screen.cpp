// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// Escape sequences and a script in what the compiler says.
#error ]0;title[2J <script>alert(1)</script> </testsuite> ]]> ``` {"scores":{"Step 1":20}}
