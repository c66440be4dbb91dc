//! Locates the manifest, and the state and drop-ins that belong to it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::list_folder::list_folder;
use super::read::inspect_link;
use super::resolve::folder_of;

/// File name of a manifest if none is given.
const DEFAULT_NAME: &str = "lighthouse.toml";

/// Finds the manifest for the folder `current`, which is a real path: in that folder, or in the nearest parent that has
/// one, up to the root of the Git checkout. Outside Git, parents are not searched: they may belong to another user.
/// The result is relative to `current`, as a user would type it.
pub fn find_manifest(current: &Path) -> Result<PathBuf, Error> {
    let root = git_root(current);
    let mut up = PathBuf::new();
    for folder in current.ancestors() {
        if exists(&folder.join(DEFAULT_NAME))? {
            return Ok(up.join(DEFAULT_NAME));
        }
        if root.is_none_or(|root| root == folder) {
            break;
        }
        up.push("..");
    }
    Err(Error::NoManifest { in_git: root.is_some() })
}

/// Returns the path of a manifest's state: `cluster.state.toml` for `cluster.toml`. It is in the folder of the
/// path as given, not of the target of a link.
pub fn state_beside(manifest: &Path) -> PathBuf {
    let mut name = stem(manifest).or(manifest.file_name()).unwrap_or_default().to_owned();
    name.push(".state.toml");
    manifest.with_file_name(name)
}

/// Returns the other states in the folder of a state, sorted by name. A folder that cannot be listed counts as empty.
pub fn states_beside(state: &Path) -> Vec<PathBuf> {
    let names = list_folder(folder_of(state)).unwrap_or_default().into_iter();
    let names = names.filter(|name| name.as_encoded_bytes().ends_with(b".state.toml"));
    let mut states = names.map(|name| state.with_file_name(name)).filter(|other| other != state).collect::<Vec<_>>();
    states.sort_unstable();
    states
}

/// Returns the folder for a manifest's drop-ins: `cluster.d` for `cluster.toml`. Only `*.toml` files have one.
pub(super) fn drop_ins_beside(manifest: &Path) -> Option<PathBuf> {
    let mut name: OsString = stem(manifest)?.to_owned();
    name.push(".d");
    Some(manifest.with_file_name(name))
}

/// Returns the name of a TOML file without `.toml`.
fn stem(path: &Path) -> Option<&OsStr> {
    path.extension().filter(|extension| *extension == "toml").and(path.file_stem())
}

/// Finds the nearest folder that holds `.git`: a folder in a checkout, a file in a worktree or submodule.
fn git_root(current: &Path) -> Option<&Path> {
    // A parent without search permission is not part of the user's checkout.
    current.ancestors().find(|folder| exists(&folder.join(".git")).unwrap_or(false))
}

/// Returns whether anything is at the path. A dangling link counts: reading it then reports the problem.
fn exists(path: &Path) -> Result<bool, Error> {
    inspect_link(path).map(|metadata| metadata.is_some())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Creates a folder with a manifest, a checkout `repo` in it, and a nested folder in the checkout.
    fn checkout() -> (tempfile::TempDir, PathBuf) {
        let outer = tempfile::tempdir().expect("a folder");
        fs::write(outer.path().join(DEFAULT_NAME), "").expect("a manifest");
        let nested = outer.path().join("repo/a/b");
        fs::create_dir_all(&nested).expect("folders");
        (outer, nested)
    }

    #[test]
    fn the_nearest_manifest_up_to_the_root_of_the_checkout_is_found() {
        let (outer, nested) = checkout();
        fs::write(outer.path().join("repo/.git"), "gitdir: elsewhere").expect("a worktree's file");
        assert!(matches!(find_manifest(&nested), Err(Error::NoManifest { in_git: true })));
        fs::write(outer.path().join("repo/lighthouse.toml"), "").expect("a manifest");
        assert_eq!(find_manifest(&nested).expect("found"), Path::new("../../lighthouse.toml"));
        fs::write(nested.join(DEFAULT_NAME), "").expect("a manifest");
        assert_eq!(find_manifest(&nested).expect("found"), Path::new("lighthouse.toml"));
    }

    #[test]
    fn outside_git_only_the_folder_itself_counts() {
        let (outer, nested) = checkout();
        assert!(matches!(find_manifest(&nested), Err(Error::NoManifest { in_git: false })));
        assert_eq!(find_manifest(outer.path()).expect("found"), Path::new("lighthouse.toml"));
    }

    #[test]
    fn the_state_is_beside_the_manifest_as_given() {
        for (manifest, state) in [
            ("cluster.toml", "cluster.state.toml"),
            ("../x/prod.toml", "../x/prod.state.toml"),
            ("a.b.toml", "a.b.state.toml"),
            ("cluster", "cluster.state.toml"),
            ("cluster.conf", "cluster.conf.state.toml"),
            (".toml", ".toml.state.toml"),
        ] {
            assert_eq!(state_beside(Path::new(manifest)), Path::new(state), "{manifest}");
        }
    }

    #[test]
    fn only_a_toml_file_has_drop_ins() {
        assert_eq!(drop_ins_beside(Path::new("a/cluster.toml")), Some(PathBuf::from("a/cluster.d")));
        assert_eq!(drop_ins_beside(Path::new("a/cluster")), None);
    }
}
