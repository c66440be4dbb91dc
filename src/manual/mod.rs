//! The manual: one page per topic, for the forge, for rustdoc and for `lighthouse help TOPIC`.
//!
//! A page refers to another one by its topic in brackets, such as `[rules]`. The page's last lines make that a link to
//! the other file; in rustdoc the definitions of `links` come first and win, so that it is a link to the module.

/// A page of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// Name as typed after `lighthouse help`.
    pub name: &'static str,
    /// Summary in one line, for an index of topics.
    pub title: &'static str,
    /// Page as Markdown, with comments that mark samples for the tests.
    pub text: &'static str,
}

impl Topic {
    /// Returns the page for a terminal: without comments, link definitions and link targets.
    pub fn plain_text(&self) -> String {
        let mut is_code = false;
        let mut text = String::new();
        for line in self.text.lines() {
            is_code ^= line.starts_with("```");
            if is_code {
                text.push_str(line);
            } else if line.starts_with("<!-- ") || is_link_definition(line) {
                continue;
            } else {
                text.push_str(&without_link_targets(line));
            }
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }
}

fn is_link_definition(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

/// Replaces each `[text](target)` by its text.
fn without_link_targets(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let (Some((start, text)), Some((_, end))) = (before.rsplit_once('['), after.split_once(')')) else { break };
        shown.extend([start, text]);
        rest = end;
    }
    shown + rest
}

/// Finds a topic by its name.
pub fn find(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// Link definitions that rustdoc uses in place of those at the end of a page.
macro_rules! links {
    () => {
        "[manifest]: crate::manual::manifest
[quantities]: crate::manual::quantities
[placement]: crate::manual::placement
[strategies]: crate::manual::strategies
[rules]: crate::manual::rules
[re-planning]: crate::manual::re_planning
[explain]: crate::manual::explain
[command-line]: crate::manual::command_line
[files]: crate::manual::files
[watch]: crate::manual::watch
[gitops]: crate::manual::gitops
[following-the-state]: crate::manual::following_the_state
[from-kubernetes]: crate::manual::from_kubernetes
[from-nomad]: crate::manual::from_nomad
[from-proxmox]: crate::manual::from_proxmox
[from-pylighthouse]: crate::manual::from_pylighthouse
[json]: crate::manual::json
[limits-and-speed]: crate::manual::limits_and_speed
[library]: crate::manual::library
"
    };
}

/// Makes a documented module and an entry of [`TOPICS`] for each page.
macro_rules! pages {
    ($($module:ident, $name:literal: $title:literal;)*) => {
        /// Every page, in reading order.
        pub const TOPICS: [Topic; [$($name),*].len()] =
            [$(Topic { name: $name, title: $title, text: include_str!(concat!($name, ".md")) }),*];

        $(
            #[allow(clippy::doc_markdown, reason = "a page is prose, with the names of products in it")]
            #[doc = links!()]
            #[doc = include_str!(concat!($name, ".md"))]
            pub mod $module {}
        )*
    };
}

pages! {
    manifest, "manifest": "All keys of a manifest, drop-ins, and how a manifest is found";
    quantities, "quantities": "Numbers, units and exactness";
    placement, "placement": "When a node takes a workload: resources, tags, wards and aversion";
    strategies, "strategies": "prioritized, round-robin and bin-pack";
    rules, "rules": "Selectors, groups, priority, stay, drain, cordon and was";
    re_planning, "re-planning": "What stays, what moves and why; what changes never cause moves";
    explain, "explain": "Why a workload is unplaced, and what would help";
    command_line, "command-line": "Commands, flags, exit codes and environment variables";
    files, "files": "State, lock and saved plan: format, safety and recovery";
    watch, "watch": "Planning again whenever the manifest or the state changes";
    gitops, "gitops": "Plans in pull requests, one writer of the state, merge conflicts";
    following_the_state, "following-the-state": "Starting and stopping what the state says: shell, Ansible, compose";
    from_kubernetes, "from-kubernetes": "Concepts of Kubernetes and their counterparts";
    from_nomad, "from-nomad": "Concepts of Nomad and their counterparts";
    from_proxmox, "from-proxmox": "Concepts of Proxmox VE and their counterparts";
    from_pylighthouse, "from-pylighthouse": "Differences from the Python library pylighthouse";
    json, "json": "Output for programs: JSON, lines and schemas";
    limits_and_speed, "limits-and-speed": "Limits, memory, measured times and worst cases";
    library, "library": "Using the engine from Rust";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_no_comments_and_no_link_targets() {
        let text = "# Title\n\n<!-- sample: first -->\n```console\n$ a[b](c)\n```\n\nSee [rules] and [x](../x), [y](y).\n\n\
            [rules]: rules.md\n";
        let topic = Topic { name: "x", title: "x", text };
        assert_eq!(topic.plain_text(), "# Title\n\n```console\n$ a[b](c)\n```\n\nSee [rules] and x, y.\n");
    }

    #[test]
    fn every_page_has_a_heading_and_a_link_definition_for_rustdoc() {
        for topic in &TOPICS {
            assert!(topic.text.starts_with("# "), "{}", topic.name);
            assert!(links!().contains(&format!("[{}]: crate::manual::", topic.name)), "{}", topic.name);
        }
    }
}
