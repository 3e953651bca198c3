//! Where a store lives, and where it must not: network file systems cannot share WAL memory between hosts.

use crate::error::{Result, Trouble};
use crate::keys::{file_mode, is_shared};
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// File systems by the magic number that `statfs` gives (Linux `include/uapi/linux/magic.h`).
const NETWORK: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"),
    (0x6573_5546, "FUSE"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x00C3_6400, "Ceph"),
];

/// The platform's data folder for Lacuna.
pub fn default_folder() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy()
        .map_err(|_| Trouble::system("your home folder is not known").hint("name a folder with --store DIR"))?;
    Ok(base.data_dir().join("lacuna"))
}

/// Makes the folder, readable by its owner only.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| io_trouble("the folder could not be made", folder, &e))?;
    refuse_network(folder)
}

/// Makes the folder of a store that a group shares: what is made in it belongs to the group, others see nothing of it.
pub fn prepare_shared(folder: &Path) -> Result<()> {
    prepare(folder)?;
    let failed = |e: io::Error| io_trouble("the folder could not be shared", folder, &e);
    if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(Trouble::input("a folder that holds something already is not shared")
            .at(folder.display().to_string(), None)
            .hint("name an empty folder with --store"));
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o2770)).map_err(failed)
}

/// Refuses a folder in which people can write who do not share it: they could put another file in the place of one of ours.
pub(super) fn refuse_open_folder(folder: &Path) -> Result<()> {
    let mode = std::fs::metadata(folder).map_or(0, |m| m.permissions().mode() & 0o7777);
    if mode & 0o022 == 0 || is_shared(folder) {
        return Ok(());
    }
    Err(Trouble::refused("other people can write in the store's folder")
        .at(folder.display().to_string(), None)
        .why(format!("its mode is {mode:04o}"))
        .hint("close it with `chmod 700 FOLDER`; a folder that a group shares is made by `lacuna init --shared` (mode 2770)"))
}

/// Makes the empty file of a store, for its owner or for the group that shares its folder; SQLite gives its side files the same mode.
pub(super) fn create_store_file(file: &Path) -> Result<()> {
    create_private(file)?;
    let mode = file.parent().map_or(0o600, file_mode);
    let set = std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode));
    set.map_err(|e| io_trouble("the file could not be made", file, &e))
}

/// Makes an empty file that only its owner can read.
pub(super) fn create_private(file: &Path) -> Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map(drop)
        .map_err(|e| io_trouble("the file could not be made", file, &e))
}

/// Refuses a folder on a network file system.
pub(super) fn refuse_network(folder: &Path) -> Result<()> {
    match file_system(folder).and_then(network_name) {
        None => Ok(()),
        Some(name) => Err(Trouble::refused(format!("a store cannot live on {name}"))
            .at(folder.display().to_string(), None)
            .why("its write-ahead log needs memory that two hosts cannot share; it would be damaged")
            .hint("put the store on a local disk and come to that host over SSH")),
    }
}

/// The kind of file system, where the platform says; `None` leaves the verdict to the open that follows.
#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> Option<u64> {
    rustix::fs::statfs(folder).ok().map(|stat| stat.f_type as u64)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_folder: &Path) -> Option<u64> {
    None
}

fn network_name(magic: u64) -> Option<&'static str> {
    NETWORK.iter().find(|(m, _)| *m == (magic & 0xFFFF_FFFF)).map(|(_, name)| *name)
}

/// A failure of the file system, with its place.
pub(super) fn io_trouble(what: &str, path: &Path, error: &io::Error) -> Trouble {
    Trouble::system(what)
        .at(path.display().to_string(), None)
        .why(error.kind())
        .hint("check the path and its permissions, or name another with --store")
}

#[cfg(test)]
mod tests {
    use super::network_name;

    #[test]
    fn network_file_systems_are_known_and_local_ones_are_not_refused() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0xFF53_4D42), Some("CIFS"));
        for local in [0xEF53_u64 /* ext4 */, 0x0102_1994 /* tmpfs */, 0x9123_683E /* btrfs */, 0x5846_5342 /* xfs */] {
            assert_eq!(network_name(local), None);
        }
    }
}
