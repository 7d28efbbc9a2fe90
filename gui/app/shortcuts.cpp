// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/shortcuts.h"

namespace ringside {

std::optional<UiCommand> shortcut(const SDL_Keysym& key, bool guest_focused, bool typing, const Shell& shell,
                                  const PanelState& state) {
  const bool ctrl = key.mod & KMOD_CTRL, shift = key.mod & KMOD_SHIFT;
  using How = DoBack::How;
  const VirtAddr cursor{state.listing.cursor};
  switch (key.scancode) {
    case SDL_SCANCODE_F1:
      if (!guest_focused) return ShowHelp{};
      break;
    case SDL_SCANCODE_F2:
      if (state.lab.view) return ToggleLab{};
      break;
    case SDL_SCANCODE_F3:
      if (state.lab.view) return GiveHint{0};
      break;
    case SDL_SCANCODE_F4:
      if (state.lab.view) return CheckLab{};
      break;
    case SDL_SCANCODE_F5:
      if (shift) return DoBack{How::run};
      return shell.machine_runs() ? UiCommand{DoPause{}} : UiCommand{DoRun{}};
    case SDL_SCANCODE_F7: return shift ? UiCommand{DoBack{How::line}} : UiCommand{DoStepLine{}};
    case SDL_SCANCODE_F8: return ToggleFullScreen{};
    case SDL_SCANCODE_F9:
      if (cursor.value) return DoToggleBreakpoint{cursor};
      break;
    case SDL_SCANCODE_F10:
      if (!ctrl) return shift ? UiCommand{DoBack{How::over}} : UiCommand{DoStepOver{}};
      if (cursor.value) return DoRunTo{cursor};
      break;
    case SDL_SCANCODE_F11: return shift ? UiCommand{DoBack{How::step}} : UiCommand{DoStep{}};
    case SDL_SCANCODE_F12: return shift ? UiCommand{DoBack{How::out}} : UiCommand{DoStepOut{}};
    default: break;
  }
  if (ctrl || (!guest_focused && !typing)) switch (key.scancode) {
      case SDL_SCANCODE_HOME: return DoSeek{0};
      case SDL_SCANCODE_END: return DoSeek{~std::uint64_t{0}};
      case SDL_SCANCODE_LEFTBRACKET: return GoToMark{false};
      case SDL_SCANCODE_RIGHTBRACKET: return GoToMark{true};
      default: break;
    }
  if (!guest_focused && !typing && shift && key.scancode == SDL_SCANCODE_SEMICOLON) return ToggleCommandBox{};
  if (ctrl) switch (key.scancode) {
      case SDL_SCANCODE_K: return ToggleCommandBox{};
      case SDL_SCANCODE_R:
        if (shift) return DoReset{};
        break;
      case SDL_SCANCODE_EQUALS:
      case SDL_SCANCODE_KP_PLUS: return ChangeScale{25};
      case SDL_SCANCODE_MINUS:
      case SDL_SCANCODE_KP_MINUS: return ChangeScale{-25};
      case SDL_SCANCODE_0:
      case SDL_SCANCODE_KP_0: return ChangeScale{0};
      default: break;
    }
  const int digit = key.scancode - SDL_SCANCODE_1 + 1;
  if (digit >= 1 && digit <= kWorkspaces && (ctrl || (!guest_focused && !typing)))
    return ShowWorkspace{digit};
  return std::nullopt;
}

}  // namespace ringside
