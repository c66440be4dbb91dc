//! `check`: is the manifest valid, and does what stays agree with the record?

use lighthouse::manifest::Manifest;
use lighthouse::plan::consistency::disagreements;
use lighthouse::render::{check_json, findings_github};
use lighthouse::text::count::counted;
use lighthouse::text::diagnostic::{Findings, Severity, draw_all};
use lighthouse::text::escape::visible;

use crate::args::{CheckFormat, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::{Read, read_manifest};
use crate::planning;
use crate::terminal::Terminal;

/// Reads the manifest and reports what was found.
pub(crate) fn run(global: &Global, format: CheckFormat, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let mut read = read_manifest(global)?;
    compare(&mut read);
    let exit = if read.manifest.is_ok() { Exit::Done } else { Exit::Error };
    let found = read.findings();
    let text = match format {
        CheckFormat::Text => {
            read.say_findings(terminal);
            verdict(&read)
        }
        CheckFormat::Json => check_json(&read.manifest, &read.sources),
        CheckFormat::Github => findings_github(found, &read.sources),
    };
    Ok((text, exit))
}

/// Holds a valid manifest against the state, where there is one. A state that cannot be read, or is another's, makes no
/// manifest wrong.
fn compare(read: &mut Read) {
    let (Ok(manifest), Some(path)) = (&mut read.manifest, &read.state) else { return };
    let found = match planning::recorded(&manifest.model, path) {
        Ok(record) => disagreements(manifest, &record),
        Err(failure) => {
            let (mut warning, sources) = failure.said_as(Severity::Warning);
            if let Some(label) = &mut warning.primary {
                label.span.file = u32::try_from(read.sources.len()).unwrap_or(u32::MAX);
            }
            read.sources.extend(sources);
            vec![warning]
        }
    };
    manifest.warnings.extend(found);
    manifest.warnings.sort();
}

/// One line about the whole.
fn verdict(read: &Read) -> String {
    let name = read.sources.first().map(|source| visible(source.name())).unwrap_or_default();
    let count = read.findings().count();
    match &read.manifest {
        Err(_) => format!("{name} is not valid: {count}\n"),
        Ok(manifest) if count.is_empty() => format!("{name} is valid: {}\n", contents(manifest)),
        Ok(manifest) => format!("{name} is valid: {}; {count}\n", contents(manifest)),
    }
}

/// `12 nodes, 1 workload, bin-pack`.
fn contents(manifest: &Manifest) -> String {
    let model = &manifest.model;
    let (nodes, workloads) = (counted(model.nodes().len(), "node"), counted(model.workloads().len(), "workload"));
    format!("{nodes}, {workloads}, {}", model.strategy().name())
}

impl Read {
    /// What was found, in a valid manifest or in one that is not.
    fn findings(&self) -> &Findings {
        match &self.manifest {
            Ok(manifest) => &manifest.warnings,
            Err(findings) => findings,
        }
    }

    /// Says on standard error what was found; warnings not when quiet.
    pub(crate) fn say_findings(&self, terminal: Terminal) {
        let found = self.findings();
        if terminal.quiet && found.errors() == 0 {
            return;
        }
        terminal.say(&draw_all(found, &self.sources, terminal.paint()));
    }
}
