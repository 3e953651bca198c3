//! Who somebody is and which store is meant is said once. In the forced command of a service account (`docs/security.md`, Ways to run) what a
//! person types comes after what their SSH key stands for: a second word on it would be in force, and make them somebody else.

use super::args::Cli;
use crate::error::{Result, Trouble};
use clap::{ArgAction, CommandFactory};
use std::ffi::OsString;

/// Refuses an option of every command that stands twice, wherever it stands: clap takes the one after the command for the one before it.
pub fn refuse(typed: &[OsString]) -> Result<()> {
    let command = Cli::command();
    let once: Vec<String> = command
        .get_arguments()
        .filter(|a| a.is_global_set() && matches!(a.get_action(), ArgAction::Set))
        .filter_map(|a| a.get_long().map(|name| format!("--{name}")))
        .collect();
    // Behind `--` stand words and files only.
    let words = || typed.iter().skip(1).take_while(|word| *word != "--").map(|word| word.to_string_lossy());
    let named = |option: &String| {
        words().filter(|word| word.strip_prefix(option.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('='))).count()
    };
    match once.iter().find(|option| named(option) > 1) {
        None => Ok(()),
        Some(option) => Err(Trouble::input(format!("{option} is given twice"))
            .why("before and behind the command it is the same option, and one of the two would be passed over")
            .hint("give it once")),
    }
}

#[cfg(test)]
mod tests {
    use super::refuse;

    fn refused(line: &str) -> bool {
        refuse(&line.split(' ').map(Into::into).collect::<Vec<_>>()).is_err()
    }

    #[test]
    fn a_second_as_or_store_behind_the_command_was_in_force() {
        for line in [
            "lacuna --as ana worklist --as ben",
            "lacuna --as=ana worklist --as=ben",
            "lacuna --as ana --as ben worklist",
            "lacuna --store s --as ana user list --store t",
            "lacuna worklist --store s --store=t",
            "lacuna --config a keys --config b",
            "lacuna --passphrase-fd 3 worklist --passphrase-fd 0",
            "lacuna --lock-after 60 --plain --lock-after 86400",
        ] {
            assert!(refused(line), "{line}");
        }
        for line in [
            "lacuna --store s --as ana worklist",
            "lacuna worklist --as ana --store s --json --json",
            "lacuna --as ana search -- --as ben --as cem",
            "lacuna search as --as ana --assist",
        ] {
            assert!(!refused(line), "{line}");
        }
    }
}
