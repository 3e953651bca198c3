//! The command table keeps its promises.

use super::harness::Harness;
use crate::tui::command::{self, PLACES, Scopes};
use crate::tui::keys::Key;
use crate::tui::update::matches;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut ids = BTreeSet::new();
    for command in command::all() {
        assert!(ids.insert(command.id), "{}", command.id);
        assert!(command.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", command.id);
        assert!(command.help.ends_with('.') && !command.title.is_empty(), "{}", command.id);
    }
}

#[test]
fn no_key_means_two_things_in_one_place() {
    for (place, name, _) in PLACES {
        let mut keys = BTreeSet::new();
        for command in command::commands(place) {
            for key in command.keys {
                let parsed = Key::parse(key).unwrap_or_else(|| panic!("{key} of {}", command.id));
                assert!(keys.insert(parsed), "{key} twice in {name}");
            }
        }
    }
}

#[test]
fn every_key_can_come_from_an_old_terminal() {
    for command in command::all() {
        assert!(!command.keys.is_empty(), "{}", command.id);
        for key in command.keys {
            assert!(
                !matches!(Key::parse(key), Some(Key::Ctrl('i' | 'm' | 'h' | '[' | 'j' | 's' | 'q')))
                    || ["send", "quit"].contains(&command.id),
                "{}",
                command.id
            );
        }
        let only_f = command.keys.iter().all(|k| matches!(Key::parse(k), Some(Key::F(_))));
        assert!(!only_f, "{} has a function key only", command.id);
    }
}

#[test]
fn every_command_is_in_the_palette_of_its_place() {
    let mut h = Harness::new(80, 24);
    let mut seen = BTreeSet::new();
    for script in ["", "<Enter>", "=<Enter>", "<Esc>w", "<Tab><Tab>", "<C-s>y", "Q", "<Enter>", "s"] {
        h.keys(script);
        seen.extend(matches(&h.model, "").iter().map(|c| c.id));
    }
    h.keys("<Esc>THeart failure.").rest();
    seen.extend(matches(&h.model, "").iter().map(|c| c.id));
    h.keys("<Tab>");
    seen.extend(matches(&h.model, "").iter().map(|c| c.id));
    let missing: Vec<_> = command::all().map(|c| c.id).filter(|id| !seen.contains(id) && *id != "palette-colon").collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_palette_finds_by_title_and_by_meaning() {
    let mut h = Harness::new(80, 24);
    h.keys("<Enter>");
    assert_eq!(matches(&h.model, "set aside").first().map(|c| c.id), Some("dismiss-gap"));
    for (words, id) in [
        ("dismiss", "dismiss-gap"),
        ("deny", "dismiss-gap"),
        ("reject gap", "dismiss-gap"),
        ("trend", "lab-chart"),
        ("vital signs", "pane-labs"),
        ("toc", "outline"),
        ("collapse", "fold-section"),
        ("why", "explain-gap"),
        ("remind", "next-review"),
        ("phone", "contact-gap"),
        ("unread", "next-unseen"),
        ("clarification", "query-gap"),
    ] {
        assert_eq!(matches(&h.model, words).first().map(|c| c.id), Some(id), "{words}");
    }
    assert!(matches(&h.model, "sparkline zebra").is_empty());
}

#[test]
fn the_footer_shows_at_most_seven_and_fits() {
    let mut h = Harness::new(60, 16);
    for script in ["", "<Enter>", "w", "<Tab><Tab>", "<C-s>y", "Q", "<Enter>", "s"] {
        h.keys(script);
        let hints = command::footer(&h.model);
        assert!((2..=7).contains(&hints.len()));
        assert!(!h.text().lines().last().unwrap().ends_with('\u{2026}'), "{}", h.text());
    }
}

#[test]
fn the_key_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
    let now = crate::tui::key_pages::markdown();
    if std::env::var_os("LACUNA_BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, &now).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == now, "docs/keys.md is stale: run LACUNA_BLESS=1 cargo test --lib tui::tests::commands");
}

#[test]
fn the_tour_on_paper_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tour.md");
    let now = crate::tui::tour::markdown();
    if std::env::var_os("LACUNA_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == now, "docs/tour.md is stale: run LACUNA_BLESS=1 cargo test --lib tui::tests::commands");
}

#[test]
fn letters_are_text_where_somebody_types() {
    assert!(!Scopes::LETTERS.meets(Scopes::TYPING));
    let mut h = Harness::new(80, 24);
    h.keys("sq?:");
    assert_eq!(h.model.search.query, "q?:");
}
