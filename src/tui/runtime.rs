//! The event loop: messages in, effects out, a frame when the queue is empty and something changed. No timer runs when
//! nothing waits for one.

use super::idle::{self, Idle};
use super::input::{self, Input};
use super::jobs::Workers;
use super::keys::Key;
use super::lock::{self, Lock};
use super::model::Model;
use super::msg::{Answer, Done, Effect, Msg, Request, Slot, Timer};
use super::theme::Theme;
use super::view::{ViewCache, view};
use super::{term, update};
use crate::error::{Result, Trouble};
use crate::work::Desk;
use crossbeam_channel::{Receiver, Sender};
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, MouseEventKind};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Stdout};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the loop hears besides the messages of the model.
pub(super) enum Outside {
    Terminal(Event),
    Signal(i32),
    Gone,
}

/// How long the end waits for the last save.
const LAST_SAVE: Duration = Duration::from_millis(1200);

pub(super) type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Runs the interface until it ends; gives the exit code.
pub fn run(start: Option<Arc<dyn Desk>>, mut model: Model, theme: Theme, lock: Option<&Lock>, panic: bool) -> Result<u8> {
    let failed = |e: io::Error| Trouble::system("the terminal cannot be used").why(e);
    let (events, outside) = crossbeam_channel::unbounded();
    term::hook_panics();
    listen_for_signals(&events).map_err(failed)?;
    watch_for_hang_up(&events).map_err(failed)?;
    let _guard = term::Guard;
    term::enter().map_err(failed)?;
    let mut screen = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()))).map_err(failed)?;
    let input = Arc::new(input::read(&events).map_err(failed)?);
    term::mouse(model.mouse).map_err(failed)?;
    let mut desk = match (start, lock) {
        (Some(desk), _) => desk,
        (None, Some(lock)) => match lock::wait(&mut screen, &outside, lock, &model.user)? {
            lock::Ended::Open(desk) => desk,
            lock::Ended::Code(code) => return Ok(code),
        },
        (None, None) => return Err(Trouble::input("there is nothing to open")),
    };
    let size = screen.size().map_err(failed)?;
    model.size = (size.width, size.height);
    model.lockable = lock.is_some();
    loop {
        let (msgs, inbox) = crossbeam_channel::unbounded();
        let workers = Workers::start(&desk, &msgs).map_err(failed)?;
        // From here on only the workers hold the desk: they let go of it when they are dropped.
        drop(desk);
        let mut run = Loop {
            workers,
            timers: BTreeMap::new(),
            theme,
            cache: ViewCache::default(),
            // What a terminal wrote by itself of keys that came before it was ours goes with the first frame.
            repaint: true,
            copy: None,
            suspend: false,
            editor: None,
            input: Arc::clone(&input),
            quit: false,
            mouse: model.mouse,
            panic,
            idle: lock.map(|lock| Idle::new(lock.after)),
        };
        let started = update::start(&mut model);
        run.carry_out(started);
        let code = run.until_the_end(&mut model, &mut screen, &inbox, &outside)?;
        let lock = match (code, lock) {
            (None, Some(lock)) => lock,
            (code, _) => return Ok(code.unwrap_or(0)),
        };
        // Every cell is written anew, not only covered, and before the threads end.
        wipe(&mut screen).map_err(failed)?;
        drop((run, inbox));
        model = model.without_charts();
        // Freed memory still holds what stood in it; another image of the program holds nothing of this one.
        term::leave();
        (lock.afresh)();
        term::enter().map_err(failed)?;
        wipe(&mut screen).map_err(failed)?;
        desk = match lock::wait(&mut screen, &outside, lock, &model.user)? {
            lock::Ended::Open(desk) => desk,
            lock::Ended::Code(code) => return Ok(code),
        };
        let size = screen.size().map_err(failed)?;
        model.size = (size.width, size.height);
    }
}

struct Loop {
    workers: Workers,
    timers: BTreeMap<Timer, (Instant, u64)>,
    theme: Theme,
    cache: ViewCache,
    repaint: bool,
    copy: Option<String>,
    suspend: bool,
    editor: Option<(u64, Box<Request>)>,
    input: Arc<Input>,
    quit: bool,
    idle: Option<Idle>,
    mouse: bool,
    panic: bool,
}

impl Loop {
    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(slot, generation, request) => self.workers.put(slot, generation, request),
                Effect::After(timer, generation, wait) => {
                    self.timers.insert(timer, (Instant::now() + wait, generation));
                }
                Effect::Copy(words) => self.copy = Some(words),
                Effect::Mouse(on) => {
                    self.mouse = on;
                    // A terminal that has no mouse ignores it.
                    let _none = term::mouse(on);
                }
                Effect::Repaint => self.repaint = true,
                Effect::Suspend => self.suspend = true,
                // The wait for the next key is over at once.
                Effect::Lock => self.idle.iter_mut().for_each(Idle::at_once),
                Effect::Editor(generation, request) => self.editor = Some((generation, request)),
                Effect::Quit => self.quit = true,
            }
        }
    }

    /// Gives the exit code; `None` when nobody has pressed a key for too long.
    fn until_the_end(
        &mut self,
        model: &mut Model,
        screen: &mut Screen,
        inbox: &Receiver<Msg>,
        outside: &Receiver<Outside>,
    ) -> Result<Option<u8>> {
        let mut dirty = true;
        loop {
            if dirty && inbox.is_empty() && outside.is_empty() {
                if self.draw(model, screen).is_err() {
                    return Ok(Some(self.end(model, inbox, 129)));
                }
                dirty = false;
                if self.panic && model.worklist.loaded {
                    fall_over();
                }
            }
            let msg = match self.next(inbox, outside) {
                Next::Msg(msg) => Some(msg),
                // The key that ends a sleep of the host comes too late, like any other after the time.
                Next::Event(Outside::Terminal(event)) if !self.idle.is_some_and(|idle| idle.is_over()) => {
                    if idle::is_a_persons(&event) {
                        self.idle.iter_mut().for_each(Idle::touch);
                    }
                    translate(event)
                }
                Next::Idle | Next::Event(Outside::Terminal(_)) => {
                    self.end(model, inbox, 0);
                    return Ok(None);
                }
                Next::Event(Outside::Signal(SIGCONT)) => {
                    self.resume(screen)?;
                    Some(Msg::Repaint)
                }
                Next::Event(Outside::Signal(SIGTSTP)) => Some(Msg::Key(Key::Ctrl('z'))),
                Next::Event(Outside::Signal(signal)) => {
                    let code = u8::try_from(128 + signal).unwrap_or(129);
                    return Ok(Some(self.end(model, inbox, code)));
                }
                Next::Event(Outside::Gone) => return Ok(Some(self.end(model, inbox, 129))),
                Next::Nothing => None,
            };
            if let Some(msg) = msg {
                dirty |= shows(&msg);
                let effects = update::update(model, msg);
                self.carry_out(effects);
            }
            if self.quit {
                return Ok(Some(self.end(model, inbox, 0)));
            }
            if let Some((generation, request)) = self.editor.take() {
                if let Some(code) = self.hand_over(model, screen, (inbox, outside), generation, *request)? {
                    return Ok(Some(code));
                }
                dirty = true;
            }
            if std::mem::take(&mut self.suspend) {
                self.stop_here(model, inbox);
                self.resume(screen)?;
                dirty = true;
            }
        }
    }

    /// Waits for whatever comes first; a timer that ran out is a message too.
    fn next(&mut self, inbox: &Receiver<Msg>, outside: &Receiver<Outside>) -> Next {
        let first = self.timers.iter().map(|(timer, (at, _))| (*at, *timer)).min();
        let lock = self.idle.and_then(|idle| idle.look_at());
        let wait = match first.map(|(at, _)| at).into_iter().chain(lock).min() {
            Some(at) => crossbeam_channel::at(at),
            None => crossbeam_channel::never(),
        };
        crossbeam_channel::select! {
            recv(outside) -> event => event.map_or(Next::Nothing, Next::Event),
            recv(inbox) -> msg => msg.map_or(Next::Nothing, Next::Msg),
            recv(wait) -> _ => {
                if self.idle.is_some_and(|idle| idle.is_over()) {
                    return Next::Idle;
                }
                let first = first.filter(|(at, _)| *at <= Instant::now());
                let timer = first.map(|(_, timer)| timer);
                let generation = timer.and_then(|t| self.timers.remove(&t)).map(|(_, generation)| generation);
                timer.zip(generation).map_or(Next::Nothing, |(t, g)| Next::Msg(Msg::Timer(t, g)))
            }
        }
    }

    fn draw(&mut self, model: &Model, screen: &mut Screen) -> io::Result<()> {
        queue!(screen.backend_mut(), BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.repaint) {
            wipe(screen)?;
        }
        let (theme, cache) = (self.theme, &mut self.cache);
        screen.draw(|frame| view(model, theme, frame, cache))?;
        if let Some(words) = self.copy.take() {
            term::copy(screen.backend_mut(), &words)?;
        }
        execute!(screen.backend_mut(), EndSynchronizedUpdate)
    }

    /// Saves draft and place, waits for both, and gives the exit code back.
    fn end(&mut self, model: &mut Model, inbox: &Receiver<Msg>, code: u8) -> u8 {
        let effects = update::update(model, Msg::End);
        self.carry_out(effects);
        self.settle(model, inbox);
        code
    }

    /// Takes answers in until nothing is unsaved, or patience ends.
    fn settle(&mut self, model: &mut Model, inbox: &Receiver<Msg>) {
        let until = Instant::now() + LAST_SAVE;
        while model.jobs.waits(Slot::Save) || model.jobs.waits(Slot::Act) || model.composer.as_ref().is_some_and(|c| c.sending.is_some()) {
            let Ok(msg) = inbox.recv_deadline(until) else { return };
            let effects = update::update(model, msg);
            self.carry_out(effects);
        }
    }

    /// Gives the terminal to an editor, and takes it back; an exit code where the program is to end.
    fn hand_over(
        &mut self,
        model: &mut Model,
        screen: &mut Screen,
        (inbox, outside): (&Receiver<Msg>, &Receiver<Outside>),
        generation: u64,
        request: Request,
    ) -> Result<Option<u8>> {
        self.settle(model, inbox);
        if !self.input.stand_aside() {
            model.say("the editor was not opened: the keys could not be handed over");
            return Ok(None);
        }
        term::leave();
        self.workers.put(Slot::Editor, generation, request);
        let (late, code) = wait_for_editor(inbox, outside);
        self.input.come_back();
        if let Some(code) = code {
            return Ok(Some(self.end(model, inbox, code)));
        }
        self.resume(screen)?;
        for msg in late {
            let effects = update::update(model, msg);
            self.carry_out(effects);
        }
        self.idle.iter_mut().for_each(Idle::touch);
        Ok(None)
    }

    fn stop_here(&mut self, model: &mut Model, inbox: &Receiver<Msg>) {
        self.settle(model, inbox);
        term::leave();
        stop();
    }

    fn resume(&mut self, screen: &mut Screen) -> Result<()> {
        let refused = |e| Trouble::system("the terminal cannot be taken back").why(e);
        term::enter().map_err(refused)?;
        term::mouse(self.mouse).map_err(refused)?;
        self.repaint = true;
        // The size may have changed while we were away; drawing asks for it.
        let _unknown = screen.autoresize();
        Ok(())
    }
}

/// Waits until the editor ends; what answered meanwhile, its answer last, or the exit code where the program is to end. The terminal is the
/// editor's: a stop from the keyboard stops both, an interrupt is its own.
fn wait_for_editor(inbox: &Receiver<Msg>, outside: &Receiver<Outside>) -> (Vec<Msg>, Option<u8>) {
    let mut late = Vec::new();
    loop {
        crossbeam_channel::select! {
            recv(inbox) -> msg => match msg {
                Ok(msg) => {
                    let back = matches!(msg, Msg::Answer { slot: Slot::Editor, .. });
                    late.push(msg);
                    if back {
                        return (late, None);
                    }
                }
                Err(_) => return (late, Some(129)),
            },
            recv(outside) -> event => match event {
                Ok(Outside::Signal(SIGTSTP)) => stop(),
                Ok(Outside::Signal(SIGCONT | SIGINT) | Outside::Terminal(_)) => {}
                Ok(Outside::Signal(signal)) => return (late, Some(u8::try_from(128 + signal).unwrap_or(129))),
                Ok(Outside::Gone) | Err(_) => return (late, Some(129)),
            },
        }
    }
}

/// Stops this process until its shell continues it. Where that is not possible the program just goes on.
fn stop() {
    let _refused = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

/// Clears every cell, on the terminal and in what the next frame is compared with. `Terminal::clear` asks the terminal where its cursor is,
/// and the thread that reads keys takes the answer: after two seconds that is an error.
pub(super) fn wipe(screen: &mut Screen) -> io::Result<()> {
    term::erase(screen.backend_mut())?;
    let size = screen.size()?;
    screen.resize(ratatui::layout::Rect::new(0, 0, size.width, size.height))
}

/// What `demo --panic` asks for, so that a test can see what a panic leaves behind.
#[allow(clippy::panic)] // this one is wanted
fn fall_over() {
    std::panic::panic_any("asked for by a test");
}

/// Whether a message can change what is on the screen: keeping the place does not, and a frame for it would be bytes for nothing.
fn shows(msg: &Msg) -> bool {
    match msg {
        Msg::Timer(Timer::Place, _) => false,
        Msg::Answer { answer, .. } => !matches!(answer.as_ref(), Answer::Act(Ok(Done::Quiet))),
        _ => true,
    }
}

enum Next {
    Msg(Msg),
    Event(Outside),
    Idle,
    Nothing,
}

/// A terminal event as a message. Key releases and what we did not ask for are nothing.
fn translate(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            Some(Msg::Key(match key.code {
                // Enter that came before the terminal was ours: it was kept as a line feed. No command can have this key.
                KeyCode::Char('j' | 'J') if ctrl => Key::Enter,
                KeyCode::Char(c) if ctrl => Key::Ctrl(c.to_ascii_lowercase()),
                KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::ALT) => Key::Char(c),
                KeyCode::Enter => Key::Enter,
                KeyCode::Esc => Key::Esc,
                KeyCode::Tab => Key::Tab,
                KeyCode::BackTab => Key::BackTab,
                KeyCode::Backspace => Key::Backspace,
                KeyCode::Delete => Key::Delete,
                KeyCode::Up => Key::Up,
                KeyCode::Down => Key::Down,
                KeyCode::Left => Key::Left,
                KeyCode::Right => Key::Right,
                KeyCode::Home => Key::Home,
                KeyCode::End => Key::End,
                KeyCode::PageUp => Key::PageUp,
                KeyCode::PageDown => Key::PageDown,
                KeyCode::F(n) => Key::F(n),
                _ => return None,
            }))
        }
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollDown => Some(Msg::Key(Key::Down)),
            MouseEventKind::ScrollUp => Some(Msg::Key(Key::Up)),
            _ => None,
        },
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        _ => None,
    }
}

pub(super) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}

fn listen_for_signals(events: &Sender<Outside>) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT])?;
    let events = events.clone();
    spawn("signals", move || {
        for signal in signals.forever() {
            if events.send(Outside::Signal(signal)).is_err() {
                return;
            }
        }
    })
}

/// crossterm spins for ever when the terminal dies and no signal says so; this thread notices, and ends the program even
/// when the loop hangs.
fn watch_for_hang_up(events: &Sender<Outside>) -> io::Result<()> {
    let events = events.clone();
    spawn("hang-up", move || {
        let stdin = io::stdin();
        loop {
            let mut fds = [rustix::event::PollFd::new(&stdin, rustix::event::PollFlags::empty())];
            match rustix::event::poll(&mut fds, None) {
                Ok(_) => {
                    let _ended = events.send(Outside::Gone);
                    std::thread::sleep(Duration::from_millis(1700));
                    std::process::exit(129);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    })
}
