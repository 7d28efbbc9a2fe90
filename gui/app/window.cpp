// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/window.h"

#include <backends/imgui_impl_sdl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "gui/app/frame_stats.h"
#include "gui/app/scancodes.h"
#include "gui/app/shell.h"
#include "gui/app/shortcuts.h"
#include "gui/widgets/drawn_text.h"

namespace ringside {
namespace {

constexpr Uint32 kFrameMs = 16;
constexpr Uint32 kCursorMs = 267, kBlinkMs = 533;  // a VGA's: 8 pictures on and 8 off, 16 and 16, at 60 Hz
constexpr Uint32 kWorkMs = 150;                    // what takes longer is told
constexpr int kFramesAfterStop = 12;               // until the panels have what they ask for
constexpr int kSettleFrames = 3;                   // ImGui needs a frame or two to settle after an input

bool travels(const UiCommand& command) {
  return std::holds_alternative<DoBack>(command) || std::holds_alternative<DoSeek>(command) ||
         std::holds_alternative<DoSeekEvent>(command) || std::holds_alternative<DoSeekTime>(command) ||
         std::holds_alternative<DoSwitchBranch>(command) || std::holds_alternative<DoSay>(command) ||
         std::holds_alternative<OpenLabStep>(command) || std::holds_alternative<BackToLabKernel>(command);
}

class Window {
 public:
  Window(const Options& options, WindowWithBackend window, Settings settings)
      : options_(options),
        window_(std::move(window)),
        shell_(std::move(settings)),
        stats_(options.frame_stats, window_.backend->name()) {}

  Result<void> run(WindowSubject subject);
  const Settings& settings() const { return shell_.settings(); }

 private:
  void events(int timeout_ms);
  void event(const SDL_Event& event);
  void key(const SDL_KeyboardEvent& event);
  bool waits(SDL_Scancode code) const;
  void to_guest(Key key, bool down);
  void tell_work();
  void release_guest_keys();
  void frame();
  void load_look();
  void tell_title();
  void window_commands(const Commands& commands);
  bool time_is_up() const;
  Result<void> write_results();
  int wait_ms() const;

  const Options& options_;
  WindowWithBackend window_;
  Shell shell_;
  PanelState state_;
  FrameStats stats_;
  Stage stage_{shell_, state_};
  std::shared_ptr<const MachineView> view_;
  std::optional<ImVec2> mouse_;  // as the last event told
  Uint32 news_event_ = 0;        // SDL's number for "there is a new view"
  std::atomic<bool> news_sent_{false};
  std::set<SDL_Scancode> guest_keys_;    // held down in the guest
  std::set<SDL_Scancode> waiting_keys_;  // modifiers that the guest does not know of yet
  std::set<SDL_Scancode> pressed_;       // since the last frame
  std::optional<SDL_Event> late_;        // one of those goes up again, but not before the next frame
  Uint32 work_since_ = 0;  // when the machine's thread was first seen at what it is at; 0 = nothing
  Commands pending_;
  bool look_stale_ = true, quit_ = false, fresh_view_ = false, right_ctrl_alone_ = false;
  std::string title_;
  int settle_ = kSettleFrames;
  Uint32 last_frame_ = 0, started_ = 0;
  int frames_ = 0;
  int stop_frames_ = 0;  // drawn since the machine first stopped, for --until-stop
};

void Window::load_look() {
  look_stale_ = false;
  const Settings& s = shell_.settings();
  Look& look = state_.look;
  look.theme = s.dark ? dark_theme() : light_theme();
  look.scale = static_cast<float>(s.scale) / 100;
  look.fonts = load_fonts(*ImGui::GetIO().Fonts, FontSource::system, look.scale, shell_.wanted_cell_scale());
  apply_style(look.theme, look.scale);
  window_.backend->fonts_changed();
}

// The state stands in the title as well, for task bars and scripts. In ASCII: in a plain locale SDL sets no
// other.
void Window::tell_title() {
  std::string past;
  if (view_->history.in_past) past = fmt::format("instruction {} in the past, ", view_->instructions);
  std::string title =
      fmt::format("Ringside: {}{}, {}{}", view_->image_name, stage_.lab_words(), past, state_word(*view_));
  if (title == title_) return;
  title_ = std::move(title);
  SDL_SetWindowTitle(window_.window, title_.c_str());
}

// A modifier alone asks for nothing: in the past, where any key begins a new branch, and where the machine
// stands, it waits for the key that it is held down for. That may be one of the window's.
bool Window::waits(SDL_Scancode code) const {
  const bool modifier = code == SDL_SCANCODE_LSHIFT || code == SDL_SCANCODE_RSHIFT ||
                        code == SDL_SCANCODE_LCTRL || code == SDL_SCANCODE_LALT || code == SDL_SCANCODE_RALT;
  return modifier && (view_->history.in_past || view_->state != RunState::running);
}

void Window::to_guest(Key k, bool down) {
  if (k != Key::none) stage_.post(DoApply{TypeKey{{k, down}}});
}

void Window::release_guest_keys() {
  for (const SDL_Scancode code : guest_keys_) to_guest(key_of(code), false);
  guest_keys_.clear();
}

void Window::key(const SDL_KeyboardEvent& event) {
  const bool down = event.type == SDL_KEYDOWN;
  const SDL_Scancode code = event.keysym.scancode;
  const bool typing = ImGui::GetIO().WantTextInput;
  // The right Ctrl key, pressed and released with nothing in between, takes the keyboard back.
  if (code == SDL_SCANCODE_RCTRL) {
    if (down && !event.repeat)
      right_ctrl_alone_ = true;
    else if (!down && right_ctrl_alone_) {
      state_.screen.focused = false;
      release_guest_keys();
    }
    return;
  }
  right_ctrl_alone_ = false;
  if (down) {
    if (code == SDL_SCANCODE_ESCAPE && state_.work.what) {
      stage_.post(DoCancel{});
      return;
    }
    if (code == SDL_SCANCODE_ESCAPE && shell_.escape(state_)) return;
    if (auto command = shortcut(event.keysym, state_.screen.focused, typing, shell_, state_)) {
      pending_.push_back(std::move(*command));
      return;
    }
  }
  if (!down && waiting_keys_.erase(code)) return;
  if (!down && guest_keys_.erase(code))
    to_guest(key_of(code), false);
  else if (down && state_.screen.focused && !typing && !event.repeat && key_of(code) != Key::none) {
    if (waits(code)) {
      waiting_keys_.insert(code);
      return;
    }
    for (const SDL_Scancode held : std::exchange(waiting_keys_, {})) {
      guest_keys_.insert(held);
      to_guest(key_of(held), true);
    }
    guest_keys_.insert(code);
    to_guest(key_of(code), true);
  }
}

void Window::event(const SDL_Event& e) {
  if (e.type == news_event_) {
    news_sent_ = false;
    fresh_view_ = true;
    return;
  }
  ImGui_ImplSDL2_ProcessEvent(&e);
  settle_ = kSettleFrames;
  if (e.type == SDL_MOUSEMOTION)
    mouse_ = ImVec2{static_cast<float>(e.motion.x), static_cast<float>(e.motion.y)};
  if (e.type == SDL_QUIT) quit_ = true;
  if (e.type == SDL_WINDOWEVENT && e.window.event == SDL_WINDOWEVENT_CLOSE) quit_ = true;
  if (e.type == SDL_WINDOWEVENT && e.window.event == SDL_WINDOWEVENT_FOCUS_LOST) release_guest_keys();
  if (e.type == SDL_WINDOWEVENT && e.window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
    shell_.settings().width = e.window.data1;
    shell_.settings().height = e.window.data2;
  }
  if (e.type == SDL_KEYDOWN || e.type == SDL_KEYUP) key(e.key);
}

// ImGui looks at its keys once a frame: one that goes down and up between two frames would not have been
// pressed. It goes up behind the next frame instead, and whatever comes later waits for that.
void Window::events(int timeout_ms) {
  if (late_) {
    if (!pressed_.empty()) {
      SDL_Delay(static_cast<Uint32>(timeout_ms));
      return;
    }
    event(*std::exchange(late_, std::nullopt));
  }
  SDL_Event e;
  bool more = timeout_ms > 0 ? SDL_WaitEventTimeout(&e, timeout_ms) : SDL_PollEvent(&e);
  for (; more; more = SDL_PollEvent(&e)) {
    if (e.type == SDL_KEYDOWN) pressed_.insert(e.key.keysym.scancode);
    if (e.type == SDL_KEYUP && pressed_.contains(e.key.keysym.scancode)) {
      late_ = e;
      return;
    }
    event(e);
  }
}

void Window::window_commands(const Commands& commands) {
  Settings& s = shell_.settings();
  for (const UiCommand& command : commands) {
    if (const auto* c = std::get_if<ChangeScale>(&command)) {
      s.scale = c->percent == 0 ? kMinScale : std::clamp(s.scale + c->percent, kMinScale, kMaxScale);
      look_stale_ = true;
    } else if (std::holds_alternative<ToggleTheme>(command))
      look_stale_ = true;
    else if (const auto* c = std::get_if<CopyText>(&command))
      SDL_SetClipboardText(c->text.c_str());
    else {
      // What is held down is let go of first: in the past that would begin a branch.
      if (travels(command)) release_guest_keys();
      stage_.post(command);
    }
  }
}

// What is done before anybody could read of it is not told.
void Window::tell_work() {
  const auto work = stage_.work();
  if (!work)
    work_since_ = 0;
  else if (work_since_ == 0)
    work_since_ = std::max<Uint32>(SDL_GetTicks(), 1);
  const bool told = work && SDL_GetTicks() - work_since_ >= kWorkMs;
  state_.work = told ? WorkState{work->what, work->share} : WorkState{};
}

void Window::frame() {
  const bool was_focused = state_.screen.focused;
  if (look_stale_ || shell_.wanted_cell_scale() != state_.look.fonts.cell_scale) load_look();
  fresh_view_ = false;
  pressed_.clear();
  view_ = stage_.follow();
  tell_title();
  tell_work();
  const Uint32 now = SDL_GetTicks();
  state_.screen.blink_on = now / kBlinkMs % 2 == 0;
  state_.screen.cursor_on = now / kCursorMs % 2 == 0;
  stats_.begin();
  window_.backend->new_frame();
  ImGui_ImplSDL2_NewFrame();
  // Where the mouse is captured, as in a drag, not every display tells ImGui's back end where it has got to.
  if (ImGui::IsAnyMouseDown() && mouse_) ImGui::GetIO().MousePos = *mouse_;
  ImGui::NewFrame();
  Commands commands = std::move(pending_);
  pending_.clear();
  shell_.draw(state_, *view_, commands);
  ImGui::Render();
  stats_.built();
  window_.backend->draw(*ImGui::GetDrawData(), state_.look.theme.ground);
  last_frame_ = now;
  ++frames_;
  if (options_.until_stop && view_->state != RunState::running && view_->stop_number > 0) {
    ++stop_frames_;
    settle_ = kSettleFrames;
  }
  if (settle_ > 0) --settle_;
  if (was_focused && !state_.screen.focused) release_guest_keys();
  window_commands(commands);
  stage_.request(shell_.request(state_));
}

int Window::wait_ms() const {
  const Uint32 now = SDL_GetTicks(), since = now - last_frame_;
  const bool due = settle_ > 0 || fresh_view_ || look_stale_;
  if (due) return since >= kFrameMs ? 0 : static_cast<int>(kFrameMs - since);
  Uint32 wait = kCursorMs - now % kCursorMs + 1;  // until the cursor blinks
  if (work_since_ != 0 || stage_.work()) wait = std::min<Uint32>(wait, 50);
  if (options_.after_seconds > 0) wait = std::min<Uint32>(wait, 50);
  return static_cast<int>(wait);
}

bool Window::time_is_up() const {
  if (options_.frames > 0 && frames_ >= options_.frames) return true;
  if (stop_frames_ > kFramesAfterStop) return true;
  return options_.after_seconds > 0 && SDL_GetTicks() - started_ >= options_.after_seconds * 1000;
}

Result<void> Window::write_results() {
  if (!options_.dump_view.empty()) {
    std::ofstream out(options_.dump_view);
    out << drawn_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state_.look.fonts);
    if (!out) return fail(fmt::format("The view could not be written to {}.", options_.dump_view));
  }
  if (!options_.screenshot.empty()) return save_png(window_.backend->picture(), options_.screenshot.c_str());
  return {};
}

Result<void> Window::run(WindowSubject subject) {
  news_event_ = SDL_RegisterEvents(1);
  const auto published = [this] {
    if (news_sent_.exchange(true)) return;
    SDL_Event e{};
    e.type = news_event_;
    SDL_PushEvent(&e);
  };
  subject.machine.run_at_once = !options_.paused;
  subject.machine.stop_at_faults = shell_.settings().stop_at_faults;
  subject.machine.type_at_prompt = options_.type;
  subject.machine.published = published;
  if (const auto done = stage_.open(std::move(subject)); !done) return done;
  state_.screen.focused = true;
  if (!options_.show.empty()) pending_.push_back(ShowPanel{options_.show});
  if (!options_.full.empty()) pending_.push_back(ToggleFullScreen{options_.full});
  started_ = SDL_GetTicks();
  while (!quit_) {
    events(wait_ms());
    const bool blinked = SDL_GetTicks() / kCursorMs != last_frame_ / kCursorMs;
    if (SDL_GetTicks() - last_frame_ < kFrameMs && !time_is_up()) continue;  // 60 frames a second are enough
    if (!(settle_ > 0 || fresh_view_ || work_since_ != 0 || stage_.work() || look_stale_ || blinked ||
          time_is_up()))
      continue;
    frame();
    const bool last = time_is_up();
    Result<void> written;
    if (last) written = write_results();
    window_.backend->present();
    stats_.presented(SDL_GetTicks());
    if (last) {
      stage_.close();
      return written;
    }
  }
  // Closed: what is to be written at the end is written here as well.
  Result<void> written;
  if (!options_.dump_view.empty() || !options_.screenshot.empty()) {
    for (int i = 0; i < kSettleFrames; ++i) frame();
    written = write_results();
    window_.backend->present();
  }
  stage_.close();
  return written;
}

}  // namespace

Result<void> run_window(const Options& options, WindowSubject subject) {
  SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
  // Where there is none, SDL would take a driver that shows nothing.
  const bool has_display =
      SDL_getenv("DISPLAY") || SDL_getenv("WAYLAND_DISPLAY") || SDL_getenv("SDL_VIDEODRIVER");
  if (!has_display || SDL_Init(SDL_INIT_VIDEO) != 0)
    return fail(
        fmt::format("There is no display to open a window on ({}). In a terminal, use: ringside run --screen "
                    "--interactive, or ringside lab check.",
                    has_display ? SDL_GetError() : "neither DISPLAY nor WAYLAND_DISPLAY is set"));
  const std::filesystem::path path = options.keep_settings ? settings_path() : std::filesystem::path();
  Settings settings = load_settings(path);
  if (options.scale) settings.scale = *options.scale;
  if (options.dark) settings.dark = *options.dark;
  if (options.width) settings.width = *options.width;
  if (options.height) settings.height = *options.height;
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  Result<void> done;
  {
    auto window = open_window("Ringside", settings.width, settings.height, options.renderer);
    if (window) {
      Window w(options, std::move(*window), settings);
      done = w.run(std::move(subject));
      if (done && options.keep_settings) save_settings(path, w.settings());
    } else {
      done = std::unexpected(window.error());
    }
  }
  ImGui::DestroyContext();
  SDL_Quit();
  return done;
}

}  // namespace ringside
