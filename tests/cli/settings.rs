//! A person's own keys and settings: what is wrong in them is named with file, line and remedy, and nothing starts on half of a file.

use crate::support::Home;

#[test]
fn keys_of_ones_own_show_in_the_list() {
    let home = Home::empty();
    home.write("keys.toml", "[keys]\nfind = \"f\"\n");
    let folder = home.at("").display().to_string();
    let rows = home.json(["keys", "find", "--config", &folder]);
    assert_eq!(rows[0]["keys"][0], "f");
    assert_eq!(rows[0]["place"], "chart");
}

#[test]
fn a_conflict_is_named_with_file_line_and_remedy() {
    let home = Home::empty();
    home.write("keys.toml", "[chart]\n\nfind = \"x\"\nfindd = \"y\"\n");
    let folder = home.at("").display().to_string();
    let said = home.run(["keys", "--config", &folder]).ends(2).err;
    assert!(said.contains("keys.toml:3") && said.contains("`find`") && said.contains("`dismiss-gap`"), "{said}");
    assert!(said.contains("keys.toml:4") && said.contains("is `find` meant?"), "{said}");
}

#[test]
fn completions_and_the_manual_know_every_command_of_the_interface() {
    let home = Home::empty();
    let completions = home.run(["completions", "bash"]).ends(0).out;
    let manual = home.run(["man"]).ends(0).out;
    for command in lacuna::tui::command::all() {
        assert!(completions.contains(command.id), "{}", command.id);
        assert!(manual.contains(&command.title.replace('-', "\\-").replace('\'', "\\(aq")), "{}", command.title);
    }
}
