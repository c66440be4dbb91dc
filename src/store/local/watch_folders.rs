//! Finds the folders to watch for changes of a file, and the relevant names in them.
//!
//! Watching the file itself is not enough: programs that save by renaming put another file in its place. So these are
//! watched: its folder, the parent of that in case the folder is replaced, and every folder that holds a link on the
//! path, because links are swapped. If a folder on the path is missing, the last existing one is watched: the missing
//! one would appear in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::manifest_files::drop_in_folders_and_links;
use super::resolve::MAX_LINKS;

/// Folders to watch, by real path. Two values are equal if the same names in the same folders are relevant; a folder
/// that was replaced by another of the same path is not the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchFolders {
    folders: BTreeMap<PathBuf, Folder>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Folder {
    identity: Identity,
    /// Relevant names; `None` means all.
    names: Option<BTreeSet<OsString>>,
}

/// Device and inode number of a folder.
type Identity = (u64, u64);

/// Finds the folders to watch for a manifest, its drop-ins and its state. Relative paths start at `base`.
pub fn watch_folders(base: &Path, manifest: &Path, state: Option<&Path>) -> WatchFolders {
    let mut found = WatchFolders::default();
    let manifest = base.join(manifest);
    let (folders, links) = drop_in_folders_and_links(&manifest);
    let paths = [&*manifest].into_iter().chain(state).chain(links.iter().chain(&folders).map(PathBuf::as_path));
    for path in paths {
        found.add_path(&base.join(path));
    }
    for folder in folders {
        found.add_whole_folder(&base.join(folder));
    }
    found
}

impl WatchFolders {
    /// Returns the folders to watch.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().map(PathBuf::as_path)
    }

    /// Returns whether the path is one of the watched folders.
    pub fn has(&self, path: &Path) -> bool {
        self.folders.contains_key(path)
    }

    /// Returns whether a change at this path may change a watched file.
    pub fn concerns(&self, path: &Path) -> bool {
        let is_relevant = |folder: &Folder| match &folder.names {
            Some(names) => path.file_name().is_some_and(|name| names.contains(name)),
            None => true,
        };
        self.has(path) || path.parent().and_then(|parent| self.folders.get(parent)).is_some_and(is_relevant)
    }

    /// Walks from the root to a path, and adds every link and folder on it that affects where it leads.
    fn add_path(&mut self, path: &Path) {
        let mut links = 0;
        let mut rest: Vec<OsString> = components_reversed(path);
        let mut at = PathBuf::from("/");
        while let Some(name) = rest.pop() {
            if name == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&name);
            match fs::symlink_metadata(&next) {
                Ok(metadata) if metadata.is_symlink() && links < MAX_LINKS => {
                    links += 1;
                    self.add(&at, &name);
                    let Ok(target) = fs::read_link(&next) else { return };
                    if target.is_absolute() {
                        at = PathBuf::from("/");
                    }
                    rest.extend(components_reversed(&target));
                }
                Ok(metadata) if metadata.is_dir() && !rest.is_empty() => at = next,
                // The file itself, or the first part of the path that is missing.
                _ => return self.add_file(&at, &name),
            }
        }
    }

    /// Adds a file's folder, and the parent in case the folder is replaced.
    fn add_file(&mut self, folder: &Path, name: &OsStr) {
        self.add(folder, name);
        if let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) {
            self.add(parent, name);
        }
    }

    fn add(&mut self, folder: &Path, name: &OsStr) {
        if let Some(names) = self.folder(folder).and_then(|folder| folder.names.as_mut()) {
            names.insert(name.to_owned());
        }
    }

    /// Adds a folder in which all names are relevant, if it exists.
    fn add_whole_folder(&mut self, folder: &Path) {
        if let Some(folder) = fs::canonicalize(folder).ok().and_then(|real| self.folder(&real)) {
            folder.names = None;
        }
    }

    fn folder(&mut self, path: &Path) -> Option<&mut Folder> {
        let metadata = fs::metadata(path).ok().filter(Metadata::is_dir)?;
        let new = || Folder { identity: identity(&metadata), names: Some(BTreeSet::new()) };
        Some(self.folders.entry(path.to_owned()).or_insert_with(new))
    }
}

/// Returns the components of a path, last first, without `.` and the root.
fn components_reversed(path: &Path) -> Vec<OsString> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    };
    path.components().rev().filter_map(name).collect()
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    (0, 0)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Returns the watched folders and names of `manifest` below `home`, one folder a line.
    fn watched(home: &Path, manifest: &str) -> Vec<String> {
        let found = watch_folders(home, &home.join(manifest), None);
        let line = |(path, folder): (&PathBuf, &Folder)| {
            let path = path.strip_prefix(home).ok()?.display();
            Some(folder.names.as_ref().map_or(format!("{path}: all"), |names| {
                let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
                format!("{path}: {}", names.join(" "))
            }))
        };
        found.folders.iter().filter_map(line).collect()
    }

    fn home() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let real = fs::canonicalize(folder.path()).expect("a path");
        (folder, real)
    }

    #[test]
    fn the_folder_of_a_file_and_its_parent_are_watched() {
        let (_home, home) = home();
        fs::create_dir_all(home.join("a/b")).expect("folders");
        fs::write(home.join("a/b/x.toml"), "").expect("a file");
        assert_eq!(watched(&home, "a/b/x.toml"), ["a: b", "a/b: x.d x.toml"]);
    }

    #[test]
    fn the_nearest_existing_folder_of_a_missing_file_is_watched() {
        let (_home, home) = home();
        assert_eq!(watched(&home, "a/b/x.toml"), [": a"]);
    }

    #[test]
    fn all_names_in_folders_of_drop_ins_are_relevant() {
        let (_home, home) = home();
        fs::create_dir_all(home.join("x.d/team/.git")).expect("folders");
        fs::create_dir(home.join("else")).expect("a folder");
        fs::write(home.join("else/y.toml"), "").expect("a file");
        symlink("../else/y.toml", home.join("x.d/y.toml")).expect("a link");
        assert_eq!(watched(&home, "x.toml"), [": else x.d x.toml", "else: y.toml", "x.d: all", "x.d/team: all"]);
    }

    #[test]
    fn the_folder_of_every_link_on_the_path_is_watched() {
        // The layout of a ConfigMap that Kubernetes mounts.
        let (_home, home) = home();
        fs::create_dir_all(home.join("etc/..1")).expect("folders");
        fs::write(home.join("etc/..1/x.toml"), "").expect("a file");
        symlink("..1", home.join("etc/..data")).expect("a link");
        symlink("..data/x.toml", home.join("etc/x.toml")).expect("a link");
        let first = watch_folders(&home, Path::new("etc/x.toml"), None);
        assert_eq!(watched(&home, "etc/x.toml"), [": etc", "etc: ..1 ..data x.d x.toml", "etc/..1: x.toml"]);
        assert!(first.folders().eq([home.clone(), home.join("etc"), home.join("etc/..1")]));
        assert!(first.concerns(&home.join("etc/..data")) && first.concerns(&home.join("etc")));
        assert!(!first.concerns(&home.join("etc/other")) && !first.concerns(&home.join("else")));
        assert!(first.has(&home.join("etc/..1")) && !first.has(&home.join("etc/..data")));
    }

    #[test]
    fn a_loop_of_links_ends() {
        let (_home, home) = home();
        symlink("b.toml", home.join("a.toml")).expect("a link");
        symlink("a.toml", home.join("b.toml")).expect("a link");
        assert_eq!(watched(&home, "a.toml"), [": a.d a.toml b.toml"]);
    }

    #[test]
    fn only_as_many_links_are_followed_as_by_the_system() {
        let (_home, home) = home();
        for number in 0..=MAX_LINKS {
            symlink(format!("{}.toml", number + 1), home.join(format!("{number}.toml"))).expect("a link");
        }
        let found = watch_folders(&home, Path::new("0.toml"), None);
        assert!(found.concerns(&home.join("40.toml")) && !found.concerns(&home.join("41.toml")));
    }

    #[test]
    fn a_folder_that_replaced_another_is_not_equal_to_it() {
        let (_home, home) = home();
        let now = || watch_folders(&home, Path::new("a/x.toml"), None);
        fs::create_dir(home.join("a")).expect("a folder");
        let before = now();
        assert_eq!(before, now());
        fs::create_dir(home.join("b")).expect("a folder");
        fs::rename(home.join("a"), home.join("c")).expect("renamed");
        fs::rename(home.join("b"), home.join("a")).expect("renamed");
        assert_ne!(before, now());
    }
}
