//! `check`: validates the manifest, and compares `stay` workloads with the record.

use lighthouse::manifest::Manifest;
use lighthouse::plan::consistency::disagreements;
use lighthouse::render::{check_json, findings_github};
use lighthouse::text::count::counted;
use lighthouse::text::diagnostic::{Findings, Severity, draw_all};
use lighthouse::text::escape::visible;

use crate::args::{CheckFormat, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::{ReadManifest, read_manifest};
use crate::output::Output;
use crate::planning;
use crate::terminal::Terminal;

/// Reads the manifest and reports its mistakes and warnings.
pub(crate) fn run(global: &Global, format: CheckFormat, terminal: Terminal) -> Result<Output, Failure> {
    let mut read = read_manifest(global)?;
    compare_with_state(&mut read);
    let exit = if read.manifest.is_ok() { Exit::Done } else { Exit::Error };
    let found = read.findings();
    let text = match format {
        CheckFormat::Text => {
            read.report_findings(terminal);
            verdict(&read)
        }
        CheckFormat::Json => check_json(&read.manifest, &read.sources),
        CheckFormat::Github => findings_github(found, &read.sources),
    };
    Ok(Output { text, exit })
}

/// Adds warnings about disagreements with the state, if there is one. A state that cannot be read, or belongs to
/// another cluster, causes a warning only: the manifest is valid.
fn compare_with_state(read: &mut ReadManifest) {
    let (Ok(manifest), Some(path)) = (&mut read.manifest, &read.state) else { return };
    let found = match planning::read_record(&manifest.model, path) {
        Ok(record) => disagreements(manifest, &record),
        Err(failure) => {
            let (mut warning, sources) = failure.into_diagnostic(Severity::Warning);
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

/// Returns the last line: whether the manifest is valid.
fn verdict(read: &ReadManifest) -> String {
    let name = read.sources.first().map(|source| visible(source.name())).unwrap_or_default();
    let count = read.findings().count();
    match &read.manifest {
        Err(_) => format!("{name} is not valid: {count}\n"),
        Ok(manifest) if count.is_empty() => format!("{name} is valid: {}\n", contents(manifest)),
        Ok(manifest) => format!("{name} is valid: {}; {count}\n", contents(manifest)),
    }
}

/// Returns a summary such as `12 nodes, 1 workload, bin-pack`.
fn contents(manifest: &Manifest) -> String {
    let model = &manifest.model;
    let (nodes, workloads) = (counted(model.nodes().len(), "node"), counted(model.workloads().len(), "workload"));
    format!("{nodes}, {workloads}, {}", model.strategy().name())
}

impl ReadManifest {
    /// Returns the warnings of a valid manifest, or the mistakes of an invalid one.
    fn findings(&self) -> &Findings {
        match &self.manifest {
            Ok(manifest) => &manifest.warnings,
            Err(findings) => findings,
        }
    }

    /// Reports errors, and warnings unless quiet, on standard error.
    pub(crate) fn report_findings(&self, terminal: Terminal) {
        let found = self.findings();
        if terminal.quiet && found.errors() == 0 {
            return;
        }
        terminal.eprint(&draw_all(found, &self.sources, terminal.paint()));
    }
}
