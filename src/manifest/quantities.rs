//! Converts written quantities to amounts, and explains invalid ones.

use super::shape::{At, Text, Written};
use crate::model::score::Weight;
use crate::quantity::{Capacity, Compact, Family, LIMIT_EXPONENT, MAX_DIGITS, Quantity, QuantityError};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::{quoted, visible};
use crate::text::source::Span;

const UNITS: [&str; 15] = ["n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// A quantity as written, with its value. It is parsed where it is read, which may be on another thread.
#[derive(Clone, Debug)]
pub(crate) struct Amount<'d> {
    written: Written<'d>,
    value: Result<(Compact, Family), QuantityError>,
}

impl<'d> Amount<'d> {
    pub(crate) fn new(written: Written<'d>) -> Self {
        Self { written, value: parse(written) }
    }
}

/// Returns a finite amount and its unit family. Reports anything else.
pub(crate) fn compact<'a>(
    name: Text<'_>,
    amount: &'a At<Amount<'_>>,
    findings: &mut Findings,
) -> Option<(&'a Compact, Family)> {
    let Amount { written, value } = &amount.value;
    let read = value.as_ref().map_err(|error| findings.push(fault(name, amount.span, *written, error)));
    read.ok().map(|(amount, family)| (amount, *family))
}

fn amount(name: Text<'_>, amount: &At<Amount<'_>>, findings: &mut Findings) -> Option<Quantity> {
    compact(name, amount, findings).map(|(amount, _)| Quantity::from(amount))
}

/// Returns a capacity: an amount, `inf` or `-inf`. Reports anything else.
pub(crate) fn capacity(name: Text<'_>, amount: &At<Amount<'_>>, findings: &mut Findings) -> Option<(Capacity, Family)> {
    let Amount { written, value } = &amount.value;
    match (value, *written) {
        (Ok((amount, family)), _) => return Some((Capacity::Finite(amount.into()), *family)),
        (Err(QuantityError::Infinite), Written::Number(text)) => {
            return Some((if text.starts_with('-') { Capacity::Ward } else { Capacity::Unlimited }, Family::Plain));
        }
        (Err(QuantityError::Infinite), Written::Text(text)) => {
            let fault = Diagnostic::error(format!("{} is a string", quoted(name.value))).at(amount.span, "");
            findings.push(fault.help(format!("write `{text}` without quotes")));
        }
        (Err(error), written) => findings.push(fault(name, amount.span, written, error)),
    }
    None
}

/// Returns a weight of the rubric: an amount, or "W per QUANTITY". Reports anything else.
pub(crate) fn weight(name: Text<'_>, written: &At<Amount<'_>>, findings: &mut Findings) -> Option<Weight> {
    let Some((count, per)) = per(written.value.written) else {
        return amount(name, written, findings).map(Weight::from);
    };
    // "per Gi" means "per 1Gi".
    let one = format!("1{per}");
    let per = if per.starts_with(|c: char| c.is_ascii_alphabetic()) { one.as_str() } else { per };
    let mut part = |text| {
        let part = At { span: written.span, value: Amount::new(Written::Text(text)) };
        amount(name, &part, findings)
    };
    let weight = Weight { amount: part(count)?, per: part(per)? };
    if weight.per.is_positive() {
        return Some(weight);
    }
    let fault = Diagnostic::error(format!("the weight of {} is per {}", quoted(name.value), visible(per)));
    findings.push(fault.at(written.span, "the quantity after `per` must be more than 0"));
    None
}

/// Splits "W per QUANTITY".
fn per(written: Written<'_>) -> Option<(&str, &str)> {
    let Written::Text(text) = written else { return None };
    let (count, per) = text.split_once(" per ")?;
    Some((count.trim(), per.trim()))
}

fn parse(written: Written<'_>) -> Result<(Compact, Family), QuantityError> {
    match written {
        Written::Number(text) => Ok((Compact::parse_number(text)?, Family::Plain)),
        Written::Text(text) => Compact::parse(text),
    }
}

fn fault(name: Text<'_>, span: Span, written: Written<'_>, error: &QuantityError) -> Diagnostic {
    let (Written::Number(text) | Written::Text(text)) = written;
    let name = quoted(name.value);
    match error {
        QuantityError::Malformed => Diagnostic::error(format!("{} is not a quantity", quoted(text)))
            .at(span, "")
            .note("a quantity is a number, or a string of digits and a unit: `2`, `0.5`, `\"500m\"`, `\"64Gi\"`"),
        QuantityError::UnknownUnit(unit) => unknown_unit(text, unit).at(span, ""),
        QuantityError::NotANumber => Diagnostic::error(format!("{name} is not a number")).at(span, ""),
        QuantityError::Infinite => Diagnostic::error(format!("{name} is infinite"))
            .at(span, "")
            .note("only resources of a node may be `inf` (unlimited) or `-inf` (a ward)"),
        QuantityError::TooPrecise => {
            let fault = Diagnostic::error(format!("{name} has more than {MAX_DIGITS} significant digits"));
            fault.at(span, "").note("quantities are exact and are never rounded")
        }
        QuantityError::TooFine => Diagnostic::error(format!("{name} has too many decimal places"))
            .at(span, "")
            .note("the smallest digit of a quantity is 1e-18"),
        QuantityError::TooLarge => {
            Diagnostic::error(format!("{name} is too large")).at(span, format!("must be below 1e{LIMIT_EXPONENT}"))
        }
    }
}

fn unknown_unit(text: &str, unit: &str) -> Diagnostic {
    let fault = Diagnostic::error(format!("{} has the unknown unit {}", quoted(text), quoted(unit)));
    let compact: String = text.split_whitespace().collect();
    if compact != text && Quantity::parse(&compact).is_ok() {
        return fault.help(format!("write `{}` without the space", visible(&compact)));
    }
    if unit.starts_with(['e', 'E']) && unit.len() > 1 {
        return fault.note("a string cannot have an exponent").help("write the number without one");
    }
    let number = text.strip_suffix(unit).unwrap_or(text);
    let known: Vec<_> = intended_units(unit).into_iter().map(|known| format!("`\"{number}{known}\"`")).collect();
    match &known[..] {
        [] => fault.note(format!("units are {}", UNITS.map(|known| format!("`{known}`")).join(", "))),
        known => fault.help(format!("did you mean {}?", visible(&known.join(" or ")))),
    }
}

/// Returns the units that a unit in the wrong case can stand for: `gb` for `G` and `Gi`. With a `b` for bytes it stands
/// for none of the small ones.
fn intended_units(unit: &str) -> Vec<&'static str> {
    let (bare, units) = match unit.strip_suffix(['b', 'B']) {
        Some(bare) => (bare, &UNITS[3..]),
        None => (unit, &UNITS[..]),
    };
    let Some(known) = units.iter().copied().find(|known| known.eq_ignore_ascii_case(bare)) else { return Vec::new() };
    let binary =
        units.iter().copied().find(|binary| binary.strip_suffix('i').is_some_and(|it| it.eq_ignore_ascii_case(known)));
    [known].into_iter().chain(binary).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_in_the_wrong_case_are_recognised() {
        assert_eq!(intended_units("gb"), ["G", "Gi"]);
        assert_eq!(intended_units("mB"), ["M", "Mi"]);
        assert_eq!(intended_units("KIB"), ["Ki"]);
        assert_eq!(intended_units("K"), ["k", "Ki"]);
        assert!(intended_units("XB").is_empty());
    }
}
