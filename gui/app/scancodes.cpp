// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/scancodes.h"

namespace ringside {

Key key_of(SDL_Scancode code) {
  // Runs that both number in the same order.
  const auto in_run = [code](SDL_Scancode first, SDL_Scancode last) { return code >= first && code <= last; };
  const auto from = [code](Key key, SDL_Scancode first) {
    return static_cast<Key>(static_cast<int>(key) + (code - first));
  };
  if (in_run(SDL_SCANCODE_F1, SDL_SCANCODE_F12)) return from(Key::f1, SDL_SCANCODE_F1);
  if (in_run(SDL_SCANCODE_1, SDL_SCANCODE_0)) return from(Key::digit1, SDL_SCANCODE_1);
  switch (code) {
    case SDL_SCANCODE_A: return Key::a;
    case SDL_SCANCODE_B: return Key::b;
    case SDL_SCANCODE_C: return Key::c;
    case SDL_SCANCODE_D: return Key::d;
    case SDL_SCANCODE_E: return Key::e;
    case SDL_SCANCODE_F: return Key::f;
    case SDL_SCANCODE_G: return Key::g;
    case SDL_SCANCODE_H: return Key::h;
    case SDL_SCANCODE_I: return Key::i;
    case SDL_SCANCODE_J: return Key::j;
    case SDL_SCANCODE_K: return Key::k;
    case SDL_SCANCODE_L: return Key::l;
    case SDL_SCANCODE_M: return Key::m;
    case SDL_SCANCODE_N: return Key::n;
    case SDL_SCANCODE_O: return Key::o;
    case SDL_SCANCODE_P: return Key::p;
    case SDL_SCANCODE_Q: return Key::q;
    case SDL_SCANCODE_R: return Key::r;
    case SDL_SCANCODE_S: return Key::s;
    case SDL_SCANCODE_T: return Key::t;
    case SDL_SCANCODE_U: return Key::u;
    case SDL_SCANCODE_V: return Key::v;
    case SDL_SCANCODE_W: return Key::w;
    case SDL_SCANCODE_X: return Key::x;
    case SDL_SCANCODE_Y: return Key::y;
    case SDL_SCANCODE_Z: return Key::z;
    case SDL_SCANCODE_ESCAPE: return Key::escape;
    case SDL_SCANCODE_GRAVE: return Key::grave;
    case SDL_SCANCODE_MINUS: return Key::minus;
    case SDL_SCANCODE_EQUALS: return Key::equals;
    case SDL_SCANCODE_BACKSPACE: return Key::backspace;
    case SDL_SCANCODE_TAB: return Key::tab;
    case SDL_SCANCODE_LEFTBRACKET: return Key::left_bracket;
    case SDL_SCANCODE_RIGHTBRACKET: return Key::right_bracket;
    case SDL_SCANCODE_BACKSLASH: return Key::backslash;
    case SDL_SCANCODE_CAPSLOCK: return Key::caps_lock;
    case SDL_SCANCODE_SEMICOLON: return Key::semicolon;
    case SDL_SCANCODE_APOSTROPHE: return Key::apostrophe;
    case SDL_SCANCODE_RETURN: return Key::enter;
    case SDL_SCANCODE_LSHIFT: return Key::left_shift;
    case SDL_SCANCODE_COMMA: return Key::comma;
    case SDL_SCANCODE_PERIOD: return Key::period;
    case SDL_SCANCODE_SLASH: return Key::slash;
    case SDL_SCANCODE_RSHIFT: return Key::right_shift;
    case SDL_SCANCODE_LCTRL: return Key::left_ctrl;
    case SDL_SCANCODE_LGUI: return Key::left_win;
    case SDL_SCANCODE_LALT: return Key::left_alt;
    case SDL_SCANCODE_SPACE: return Key::space;
    case SDL_SCANCODE_RALT: return Key::right_alt;
    case SDL_SCANCODE_RGUI: return Key::right_win;
    case SDL_SCANCODE_APPLICATION: return Key::menu;
    case SDL_SCANCODE_PRINTSCREEN: return Key::print_screen;
    case SDL_SCANCODE_SCROLLLOCK: return Key::scroll_lock;
    case SDL_SCANCODE_PAUSE: return Key::pause;
    case SDL_SCANCODE_INSERT: return Key::insert;
    case SDL_SCANCODE_HOME: return Key::home;
    case SDL_SCANCODE_PAGEUP: return Key::page_up;
    case SDL_SCANCODE_DELETE: return Key::del;
    case SDL_SCANCODE_END: return Key::end;
    case SDL_SCANCODE_PAGEDOWN: return Key::page_down;
    case SDL_SCANCODE_UP: return Key::up;
    case SDL_SCANCODE_LEFT: return Key::left;
    case SDL_SCANCODE_DOWN: return Key::down;
    case SDL_SCANCODE_RIGHT: return Key::right;
    case SDL_SCANCODE_NUMLOCKCLEAR: return Key::num_lock;
    case SDL_SCANCODE_KP_DIVIDE: return Key::keypad_divide;
    case SDL_SCANCODE_KP_MULTIPLY: return Key::keypad_multiply;
    case SDL_SCANCODE_KP_MINUS: return Key::keypad_subtract;
    case SDL_SCANCODE_KP_PLUS: return Key::keypad_add;
    case SDL_SCANCODE_KP_ENTER: return Key::keypad_enter;
    case SDL_SCANCODE_KP_PERIOD: return Key::keypad_decimal;
    case SDL_SCANCODE_KP_0: return Key::keypad0;
    case SDL_SCANCODE_KP_1: return Key::keypad1;
    case SDL_SCANCODE_KP_2: return Key::keypad2;
    case SDL_SCANCODE_KP_3: return Key::keypad3;
    case SDL_SCANCODE_KP_4: return Key::keypad4;
    case SDL_SCANCODE_KP_5: return Key::keypad5;
    case SDL_SCANCODE_KP_6: return Key::keypad6;
    case SDL_SCANCODE_KP_7: return Key::keypad7;
    case SDL_SCANCODE_KP_8: return Key::keypad8;
    case SDL_SCANCODE_KP_9: return Key::keypad9;
    default: return Key::none;
  }
}

}  // namespace ringside
