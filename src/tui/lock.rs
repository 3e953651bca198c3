//! The lock: after some minutes without a key everything of the charts goes, from the screen and from memory, until the passphrase comes.
//! Drafts and the place were saved before; the desk is opened anew, so that a person who was removed meanwhile stays out.

use super::runtime::{Outside, Screen, wipe};
use super::term;
use crate::error::{Result, Trouble};
use crate::keys::Zeroizing;
use crate::work::Desk;
use crossbeam_channel::Receiver;
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Alignment, Constraint, Layout};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use signal_hook::consts::{SIGCONT, SIGTSTP};
use std::sync::Arc;
use std::time::Duration;

/// Opens the desk anew with a passphrase.
pub type Open = Box<dyn Fn(&str) -> Result<Arc<dyn Desk>>>;

/// When the interface locks itself, and what opens it.
pub struct Lock {
    /// After so long without a key.
    pub after: Duration,
    /// With the passphrase.
    pub open: Open,
    /// Starts the program anew, behind its lock, in the place of this one: what this one held in memory is gone with it. It comes back only
    /// where that is not possible.
    pub afresh: Box<dyn Fn()>,
}

/// How waiting at the lock ended.
pub(super) enum Ended {
    /// With a desk.
    Open(Arc<dyn Desk>),
    /// The program is to end with this code.
    Code(u8),
}

/// Waits for the passphrase; nothing but the lock is on the screen, which was wiped before.
pub(super) fn wait(screen: &mut Screen, outside: &Receiver<Outside>, lock: &Lock, user: &str) -> Result<Ended> {
    let failed = |e: std::io::Error| Trouble::system("the terminal cannot be used").why(e);
    let mut typed = Zeroizing::new(String::new());
    let mut said = String::new();
    loop {
        draw(screen, user, &said).map_err(failed)?;
        match outside.recv() {
            Ok(Outside::Terminal(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
                match key.code {
                    KeyCode::Char('q') if ctrl => return Ok(Ended::Code(0)),
                    KeyCode::Char('u') if ctrl => typed.clear(),
                    KeyCode::Char(c) if !ctrl => typed.push(c),
                    KeyCode::Backspace => drop(typed.pop()),
                    KeyCode::Enter => {
                        draw(screen, user, "looking ...").map_err(failed)?;
                        match (lock.open)(&typed) {
                            Ok(desk) => return Ok(Ended::Open(desk)),
                            Err(trouble) => said = trouble.to_string(),
                        }
                        typed = Zeroizing::new(String::new());
                    }
                    _ => {}
                }
            }
            Ok(Outside::Terminal(Event::Paste(text))) => typed.push_str(text.trim_end_matches(['\r', '\n'])),
            Ok(Outside::Signal(SIGCONT)) => {
                term::enter().map_err(failed)?;
                wipe(screen).map_err(failed)?;
            }
            Ok(Outside::Signal(SIGTSTP) | Outside::Terminal(_)) => {}
            Ok(Outside::Signal(signal)) => return Ok(Ended::Code(u8::try_from(128 + signal).unwrap_or(129))),
            Ok(Outside::Gone) | Err(_) => return Ok(Ended::Code(129)),
        }
    }
}

fn draw(screen: &mut Screen, user: &str, said: &str) -> std::io::Result<()> {
    let (user, said) = (crate::text::label(user), crate::text::label(said));
    screen
        .draw(|frame| {
            let lines = vec![
                Line::from("Lacuna is locked"),
                Line::from(""),
                Line::from(format!("The passphrase of {user}, then Enter. What is typed does not show. Ctrl-Q leaves.")),
                Line::from(""),
                Line::from(said.to_string()),
            ];
            let [_, middle, _] = Layout::vertical([Constraint::Fill(1), Constraint::Length(7), Constraint::Fill(1)]).areas(frame.area());
            let words = Paragraph::new(lines).alignment(Alignment::Center).wrap(ratatui::widgets::Wrap { trim: true });
            frame.render_widget(words, middle);
        })
        .map(drop)
}
