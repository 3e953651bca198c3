//! The whole loop in one thread: keys in, effects carried out at once, a frame out.

use crate::tui::jobs;
use crate::tui::keys::Key;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, Msg, Request, Slot, Timer};
use crate::tui::testing::TestDesk;
use crate::tui::theme::{Palette, Theme};
use crate::tui::update::{start, update};
use crate::tui::view::{ViewCache, view};
use crate::work::Desk;
use lacuna_index::Stop;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::sync::Arc;

pub struct Harness {
    pub model: Model,
    pub desk: Arc<TestDesk>,
    pub theme: Theme,
    pub cache: ViewCache,
    pub quit: bool,
    pub locked: bool,
    pub copied: Option<String>,
    pub timers: Vec<(Timer, u64)>,
    /// Questions that were put and not answered yet, when answers are held back.
    pub held: Option<Vec<(Slot, u64, Request)>>,
}

impl Harness {
    pub fn new(width: u16, height: u16) -> Self {
        Self::on(Arc::new(TestDesk::new()), width, height)
    }

    pub fn on(desk: Arc<TestDesk>, width: u16, height: u16) -> Self {
        Self::begun(desk, (width, height), None)
    }

    fn begun(desk: Arc<TestDesk>, (width, height): (u16, u16), held: Option<Vec<(Slot, u64, Request)>>) -> Self {
        let model = Model { size: (width, height), user: desk.user().to_owned(), banner: desk.banner().to_owned(), ..Model::default() };
        let mut harness = Self {
            model,
            desk,
            theme: Theme::default(),
            cache: ViewCache::default(),
            quit: false,
            locked: false,
            copied: None,
            timers: Vec::new(),
            held,
        };
        let effects = start(&mut harness.model);
        harness.carry_out(effects);
        harness
    }

    /// The same with a desk that has not answered anything yet.
    pub fn slow(desk: Arc<TestDesk>, width: u16, height: u16) -> Self {
        Self::begun(desk, (width, height), Some(Vec::new()))
    }

    pub fn mono(mut self) -> Self {
        self.theme = Theme::new(Palette::Mono, false);
        self
    }

    pub fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        self.carry_out(effects);
    }

    /// Presses keys: characters as they are, others as `<Enter>`, `<C-s>`.
    pub fn keys(&mut self, script: &str) -> &mut Self {
        let mut rest = script;
        while let Some(c) = rest.chars().next() {
            let named =
                rest.strip_prefix('<').and_then(|r| r.split_once('>')).and_then(|(name, after)| Key::parse(name).map(|k| (k, after)));
            let (key, after) = named.unwrap_or((Key::Char(c), &rest[c.len_utf8()..]));
            rest = after;
            self.send(Msg::Key(key));
        }
        self
    }

    /// Lets every timer run out.
    pub fn rest(&mut self) -> &mut Self {
        for (timer, generation) in std::mem::take(&mut self.timers) {
            self.send(Msg::Timer(timer, generation));
        }
        self
    }

    pub fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(slot, generation, request) => match &mut self.held {
                    Some(held) => held.push((slot, generation, request)),
                    None => self.answer(slot, generation, request),
                },
                Effect::After(timer, generation, _) => {
                    self.timers.retain(|(t, _)| *t != timer);
                    self.timers.push((timer, generation));
                }
                Effect::Quit => self.quit = true,
                Effect::Copy(words) => self.copied = Some(words),
                Effect::Editor(generation, request) => self.answer(Slot::Editor, generation, *request),
                Effect::Lock => self.locked = true,
                Effect::Suspend | Effect::Repaint | Effect::Mouse(_) => {}
            }
        }
    }

    pub fn answer(&mut self, slot: Slot, generation: u64, request: Request) {
        let answer = Box::new(jobs::answer(self.desk.as_ref(), request, &Stop::new(), &mut |_| {}));
        self.send(Msg::Answer { slot, generation, now: self.desk.now(), answer });
    }

    pub fn buffer(&mut self) -> Buffer {
        let (width, height) = self.model.terminal;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let (model, theme, cache) = (&self.model, self.theme, &mut self.cache);
        terminal.draw(|frame| view(model, theme, frame, cache)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as rows of text.
    pub fn text(&mut self) -> String {
        let buffer = self.buffer();
        let rows = (0..buffer.area.height)
            .map(|y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned());
        rows.collect::<Vec<_>>().join("\n")
    }

    pub fn expect(&mut self, words: &str) -> &mut Self {
        let text = self.text();
        assert!(text.contains(words), "{words:?} is not on the screen:\n{text}");
        self
    }

    pub fn absent(&mut self, words: &str) -> &mut Self {
        let text = self.text();
        assert!(!text.contains(words), "{words:?} is on the screen:\n{text}");
        self
    }
}
