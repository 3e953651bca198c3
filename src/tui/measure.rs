//! The interface without its terminal, for measuring: keys in, questions answered at once, and what a frame costs.

use super::jobs;
use super::keys::Key;
use super::model::Model;
use super::msg::{Effect, Msg};
use super::theme::Theme;
use super::update::{start, update};
use super::view::{ViewCache, view};
use crate::work::Desk;
use lacuna_index::Stop;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where the bytes of the frames go.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<usize>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a key cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// In `update`.
    pub update: Duration,
    /// In drawing the frame and telling it from the one before.
    pub draw: Duration,
    /// Written to the terminal.
    pub bytes: usize,
}

/// A session that is measured.
pub struct Session {
    model: Model,
    desk: Arc<dyn Desk>,
    terminal: Terminal<CrosstermBackend<Tape>>,
    tape: Tape,
    cache: ViewCache,
    timers: Vec<Msg>,
}

impl Session {
    /// Begins one on a screen of this size.
    pub fn new(desk: Arc<dyn Desk>, width: u16, height: u16) -> io::Result<Self> {
        crossterm::style::force_color_output(true);
        let tape = Tape::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
        let terminal = Terminal::with_options(CrosstermBackend::new(tape.clone()), options)?;
        let model = Model { size: (width, height), user: desk.user().to_owned(), banner: desk.banner().to_owned(), ..Model::default() };
        let mut session = Self { model, desk, terminal, tape, cache: ViewCache::default(), timers: Vec::new() };
        let effects = start(&mut session.model);
        session.carry_out(effects);
        session.draw()?;
        Ok(session)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(slot, generation, request) => {
                    let answer = Box::new(jobs::answer(self.desk.as_ref(), request, &Stop::new(), &mut |_| {}));
                    let more = update(&mut self.model, Msg::Answer { slot, generation, now: self.desk.now(), answer });
                    self.carry_out(more);
                }
                Effect::After(timer, generation, _) => self.timers.push(Msg::Timer(timer, generation)),
                _ => {}
            }
        }
    }

    fn draw(&mut self) -> io::Result<(Duration, usize)> {
        let before = *self.tape.0.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        let (model, cache) = (&self.model, &mut self.cache);
        self.terminal.draw(|frame| view(model, Theme::default(), frame, cache))?;
        let took = began.elapsed();
        Ok((took, *self.tape.0.lock().unwrap_or_else(PoisonError::into_inner) - before))
    }

    /// Presses one key by its name; what the desk answers is taken in, and its time is not counted.
    pub fn press(&mut self, name: &str) -> io::Result<Cost> {
        let Some(key) = Key::parse(name) else { return Ok(Cost::default()) };
        let began = Instant::now();
        let effects = update(&mut self.model, Msg::Key(key));
        let took = began.elapsed();
        self.carry_out(effects);
        let (draw, bytes) = self.draw()?;
        Ok(Cost { update: took, draw, bytes })
    }

    /// Lets every timer run out, and draws.
    pub fn rest(&mut self) -> io::Result<()> {
        for timer in std::mem::take(&mut self.timers) {
            let effects = update(&mut self.model, timer);
            self.carry_out(effects);
        }
        self.draw().map(drop)
    }
}
