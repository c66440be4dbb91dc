//! What to keep an eye on to hear of a change at a path: folders, and the names in them that matter.
//!
//! A file cannot be watched itself: who saves by renaming puts another in its place. So its folder is, and the parent
//! of that in case the folder is replaced, and every folder that holds a link on the way, since links are swapped.
//! Where the way ends before the file, the last folder of it will see it go on.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use super::gather::drop_in_places;
use super::resolve::MOST_LINKS;

/// Folders by their real path. Two of these are equal when the same names in the same folders matter, also where one
/// was put in the place of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchFolders {
    folders: BTreeMap<PathBuf, Folder>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Folder {
    identity: Identity,
    /// What matters in it; everything, where this is nothing.
    names: Option<BTreeSet<OsString>>,
}

/// Device and number of a folder.
type Identity = (u64, u64);

/// Finds the folders to watch for a manifest, its drop-ins and its state. Relative paths start at `base`.
pub fn watch_folders(base: &Path, manifest: &Path, state: Option<&Path>) -> WatchFolders {
    let mut found = WatchFolders::default();
    let manifest = base.join(manifest);
    let (folders, links) = drop_in_places(&manifest);
    let paths = [&*manifest].into_iter().chain(state).chain(links.iter().chain(&folders).map(PathBuf::as_path));
    for path in paths {
        found.add_way(&base.join(path));
    }
    for folder in folders {
        found.add_all_of(&base.join(folder));
    }
    found
}

impl WatchFolders {
    /// The folders to watch.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().map(PathBuf::as_path)
    }

    /// Whether it is one of the folders itself.
    pub fn has(&self, path: &Path) -> bool {
        self.folders.contains_key(path)
    }

    /// Whether a change at this path may be one of what is waited for.
    pub fn concerns(&self, path: &Path) -> bool {
        let matters = |folder: &Folder| match &folder.names {
            Some(names) => path.file_name().is_some_and(|name| names.contains(name)),
            None => true,
        };
        self.has(path) || path.parent().and_then(|parent| self.folders.get(parent)).is_some_and(matters)
    }

    /// Goes from the root to a path and adds what matters on the way.
    fn add_way(&mut self, path: &Path) {
        let mut links = 0;
        let mut rest: Vec<OsString> = parts(path);
        let mut at = PathBuf::from("/");
        while let Some(name) = rest.pop() {
            if name == ".." {
                at.pop();
                continue;
            }
            let next = at.join(&name);
            match fs::symlink_metadata(&next) {
                Ok(about) if about.is_symlink() && links < MOST_LINKS => {
                    links += 1;
                    self.add(&at, &name);
                    let Ok(target) = fs::read_link(&next) else { return };
                    if target.is_absolute() {
                        at = PathBuf::from("/");
                    }
                    rest.extend(parts(&target));
                }
                Ok(about) if about.is_dir() && !rest.is_empty() => at = next,
                // The file, or where the way to it ends.
                _ => return self.add_end(&at, &name),
            }
        }
    }

    /// A file's folder, and its parent for when it is replaced.
    fn add_end(&mut self, folder: &Path, name: &OsStr) {
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

    /// A folder in which everything matters, if it is there.
    fn add_all_of(&mut self, folder: &Path) {
        if let Some(folder) = fs::canonicalize(folder).ok().and_then(|real| self.folder(&real)) {
            folder.names = None;
        }
    }

    fn folder(&mut self, path: &Path) -> Option<&mut Folder> {
        let about = fs::metadata(path).ok().filter(Metadata::is_dir)?;
        let new = || Folder { identity: identity(&about), names: Some(BTreeSet::new()) };
        Some(self.folders.entry(path.to_owned()).or_insert_with(new))
    }
}

/// The names of a path, the last first; `.` and the root are none.
fn parts(path: &Path) -> Vec<OsString> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    };
    path.components().rev().filter_map(name).collect()
}

#[cfg(unix)]
fn identity(about: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    (0, 0)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// What matters around `manifest` below `home`, as lines of folder and names.
    fn around(home: &Path, manifest: &str) -> Vec<String> {
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
    fn a_file_has_its_folder_and_the_parent_of_that() {
        let (_home, home) = home();
        fs::create_dir_all(home.join("a/b")).expect("folders");
        fs::write(home.join("a/b/x.toml"), "").expect("a file");
        assert_eq!(around(&home, "a/b/x.toml"), ["a: b", "a/b: x.d x.toml"]);
    }

    #[test]
    fn what_is_missing_has_the_nearest_folder_that_is_there() {
        let (_home, home) = home();
        assert_eq!(around(&home, "a/b/x.toml"), [": a"]);
    }

    #[test]
    fn every_folder_of_drop_ins_matters_whole() {
        let (_home, home) = home();
        fs::create_dir_all(home.join("x.d/team/.git")).expect("folders");
        fs::create_dir(home.join("else")).expect("a folder");
        fs::write(home.join("else/y.toml"), "").expect("a file");
        symlink("../else/y.toml", home.join("x.d/y.toml")).expect("a link");
        assert_eq!(around(&home, "x.toml"), [": else x.d x.toml", "else: y.toml", "x.d: all", "x.d/team: all"]);
    }

    #[test]
    fn every_link_on_the_way_has_its_folder() {
        // As Kubernetes lays out a ConfigMap.
        let (_home, home) = home();
        fs::create_dir_all(home.join("etc/..1")).expect("folders");
        fs::write(home.join("etc/..1/x.toml"), "").expect("a file");
        symlink("..1", home.join("etc/..data")).expect("a link");
        symlink("..data/x.toml", home.join("etc/x.toml")).expect("a link");
        let first = watch_folders(&home, Path::new("etc/x.toml"), None);
        assert_eq!(around(&home, "etc/x.toml"), [": etc", "etc: ..1 ..data x.d x.toml", "etc/..1: x.toml"]);
        assert!(first.folders().eq([home.clone(), home.join("etc"), home.join("etc/..1")]));
        assert!(first.concerns(&home.join("etc/..data")) && first.concerns(&home.join("etc")));
        assert!(!first.concerns(&home.join("etc/other")) && !first.concerns(&home.join("else")));
        assert!(first.has(&home.join("etc/..1")) && !first.has(&home.join("etc/..data")));
    }

    #[test]
    fn a_circle_of_links_ends() {
        let (_home, home) = home();
        symlink("b.toml", home.join("a.toml")).expect("a link");
        symlink("a.toml", home.join("b.toml")).expect("a link");
        assert_eq!(around(&home, "a.toml"), [": a.d a.toml b.toml"]);
    }

    #[test]
    fn no_more_links_are_followed_than_by_the_system() {
        let (_home, home) = home();
        for number in 0..=MOST_LINKS {
            symlink(format!("{}.toml", number + 1), home.join(format!("{number}.toml"))).expect("a link");
        }
        let found = watch_folders(&home, Path::new("0.toml"), None);
        assert!(found.concerns(&home.join("40.toml")) && !found.concerns(&home.join("41.toml")));
    }

    #[test]
    fn a_folder_that_took_the_place_of_another_is_another() {
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
