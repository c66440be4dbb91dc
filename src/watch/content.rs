//! What was looked at, as digests: is it another content, and in which files?

use crate::state::Digest;
use crate::text::source::Source;

/// The texts of a manifest and the bytes of a state, each as a digest. Names of files are no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    texts: Vec<(String, Digest)>,
    state: Option<(String, Option<Digest>)>,
}

impl Content {
    /// The content of these texts and of the state of this name, where there is one.
    pub fn of(sources: &[Source], state: Option<(&str, Option<&[u8]>)>) -> Self {
        let text = |source: &Source| (source.name().to_owned(), Digest::of(source.bytes()));
        let state = state.map(|(name, bytes)| (name.to_owned(), bytes.map(Digest::of)));
        Self { texts: sources.iter().map(text).collect(), state }
    }

    /// The same manifest beside another state.
    #[must_use]
    pub fn with_state(mut self, bytes: Option<&[u8]>) -> Self {
        if let Some((_, digest)) = &mut self.state {
            *digest = bytes.map(Digest::of);
        }
        self
    }

    /// The digest of the manifest: of its text, or with drop-ins of the digests of all texts, one a line.
    pub fn manifest(&self) -> Digest {
        match self.texts.as_slice() {
            [(_, only)] => *only,
            texts => {
                let lines: Vec<_> = texts.iter().map(|(_, digest)| digest.to_string()).collect();
                Digest::of((lines.join("\n") + "\n").as_bytes())
            }
        }
    }

    /// The digest of the state, where there is one.
    pub fn state(&self) -> Option<Digest> {
        self.state.as_ref().and_then(|(_, digest)| *digest)
    }

    /// One digest of all.
    pub fn digest(&self) -> Digest {
        let state = self.state().map_or_else(|| "none".to_owned(), |digest| digest.to_string());
        Digest::of(format!("manifest {}\nstate {state}\n", self.manifest()).as_bytes())
    }

    /// The files that are there anew, are gone, or say something else than before.
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        let changed = |of: &Self, other: &Self| {
            let texts = of.texts.iter().filter(|text| !other.texts.contains(text)).map(|(name, _)| name.clone());
            texts.collect::<Vec<_>>()
        };
        let mut names = changed(self, before);
        names.extend(changed(before, self));
        if let Some((name, _)) = self.state.as_ref().filter(|_| self.state != before.state) {
            names.push(name.clone());
        }
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(texts: &[(&str, &str)], state: Option<&str>) -> Content {
        let sources: Vec<_> = texts.iter().map(|(name, text)| Source::new(*name, *text)).collect();
        Content::of(&sources, Some(("x.state.toml", state.map(str::as_bytes))))
    }

    #[test]
    fn texts_and_state_are_content_and_names_are_not() {
        let first = content(&[("a", "1"), ("b", "2")], None);
        assert_eq!(first.digest(), content(&[("a", "1"), ("c", "2")], None).digest());
        for other in [
            content(&[("a", "1"), ("b", "3")], None),
            content(&[("a", "12"), ("b", "")], None),
            content(&[("a", "1")], None),
            content(&[("a", "1"), ("b", "2")], Some("")),
        ] {
            assert_ne!(first.digest(), other.digest());
        }
        assert_eq!(content(&[("a", "abc")], None).manifest(), Digest::of(b"abc"));
    }

    #[test]
    fn what_changed_has_names() {
        let first = content(&[("a", "1"), ("b", "2"), ("c", "3")], None);
        let then = content(&[("a", "1"), ("b", "4"), ("d", "3")], Some("s"));
        assert_eq!(then.changed_since(&first), ["b", "d", "c", "x.state.toml"]);
        assert_eq!(first.changed_since(&first), Vec::<String>::new());
        assert_eq!(first.clone().with_state(Some(b"s")).changed_since(&first), ["x.state.toml"]);
    }
}
