//! Tests of parsing, arithmetic and printing.

use super::decimal::as_i64;
use super::unit::{UNITS, Unit};
use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Quantity {
    Quantity::parse(text).expect(text).0
}

fn error(text: &str) -> QuantityError {
    Quantity::parse(text).expect_err(text)
}

#[test]
fn a_proportion_is_rounded_down_or_does_not_fit() {
    assert_eq!(parsed("10").scaled(parsed("2"), parsed("4")), Some(parsed("5")));
    assert_eq!(parsed("1").scaled(parsed("1"), parsed("3")), Some(parsed("0.333333333333333333")));
    assert_eq!(parsed("1").scaled(parsed("-1"), parsed("3")), Some(parsed("-0.333333333333333334")));
    let large = Quantity::parse_number("9e29").expect("below the limit");
    assert_eq!(large.scaled(parsed("3"), parsed("9")), Quantity::parse_number("3e29").ok());
    assert_eq!(large.scaled(large, parsed("1")), None);
}

#[test]
fn amounts_are_added_multiplied_and_divided() {
    let mut amount = parsed("7");
    amount += parsed("4");
    assert_eq!(amount, parsed("11"));
    amount -= parsed("5");
    assert_eq!(amount, parsed("6"));
    assert_eq!([parsed("0.5"), parsed("2"), -parsed("4")].into_iter().sum::<Quantity>(), parsed("-1.5"));
    assert_eq!(parsed("1.5").times(4), parsed("6"));
    assert_eq!(parsed("7").part(4), parsed("1.75"));
    assert_eq!(parsed("-1").part(3), parsed("-0.333333333333333333"));
    assert_eq!(parsed("7").whole(parsed("2")), 3);
    assert_eq!(parsed("-7").whole(parsed("2")), 0);
    assert_eq!(format!("{:?}", parsed("1.5Ki")), "1536");
}

#[test]
fn three_tenths_are_three_times_one_tenth() {
    let tenth = Quantity::parse_number("0.1").expect("a quantity");
    assert_eq!(tenth + tenth + tenth, Quantity::parse_number("0.3").expect("a quantity"));
}

#[test]
fn units_multiply() {
    assert_eq!(parsed("500m"), parsed("0.5"));
    assert_eq!(parsed("64GiB"), parsed("68719476736"));
    assert_eq!(parsed("1.5Gi"), parsed("1536Mi"));
    assert_eq!(parsed("1E"), parsed("1000P"));
    assert_eq!(parsed("-2kB"), parsed("-2000"));
    assert_eq!(parsed("1000000000000n"), parsed("1k"));
    assert_eq!(["1000m", "1000000u", "1000000000n"].map(parsed), [parsed("1"); 3]);
    // Digits below an atto that the unit makes whole.
    assert_eq!(parsed("0.00000000000000000625Ki"), parsed("0.0000000000000064"));
    assert_eq!(error("0.00000000000000000615Ki"), QuantityError::TooFine);
}

#[test]
fn invalid_quantities_have_a_reason() {
    assert_eq!(error(""), QuantityError::Malformed);
    assert_eq!(error("."), QuantityError::Malformed);
    assert_eq!(error("5."), QuantityError::Malformed);
    assert_eq!(error("+-5"), QuantityError::Malformed);
    assert_eq!(error("1.2.3"), QuantityError::Malformed);
    assert_eq!(error("Gi"), QuantityError::Malformed);
    assert_eq!(error("1e3GiB"), QuantityError::UnknownUnit("e3GiB".to_owned()));
    assert_eq!(error("64 GiB"), QuantityError::UnknownUnit(" GiB".to_owned()));
    assert_eq!(error("100mB"), QuantityError::UnknownUnit("mB".to_owned()));
    assert_eq!(error("١٢"), QuantityError::Malformed);
    assert_eq!(error("1234567890123456789"), QuantityError::TooPrecise);
    assert_eq!(error("0.0000000000000000001"), QuantityError::TooFine);
    assert_eq!(error("1000000000000Ei"), QuantityError::TooLarge);
    assert_eq!(error("nan"), QuantityError::NotANumber);
    assert_eq!(error("-inf"), QuantityError::Infinite);
    let said = ["", "1x", "nan", "inf", "1234567890123456789", "0.0000000000000000001", "1000000000000Ei"];
    assert_eq!(
        said.map(|text| error(text).to_string()),
        [
            "not a quantity",
            "unknown unit `x`",
            "`nan` is not a quantity",
            "an infinite quantity is not allowed here",
            "more than 18 significant digits",
            "digits below 1e-18",
            "quantities must be below 1e30",
        ]
    );
}

#[test]
fn toml_numbers_are_read_as_written() {
    let number = |text| Quantity::parse_number(text);
    assert_eq!(number("1_000.5e3"), Ok(parsed("1000500")));
    assert_eq!(number("0xff"), Ok(parsed("255")));
    assert_eq!(number("0b101"), Ok(parsed("5")));
    assert_eq!(number("-0.0"), Ok(Quantity::ZERO));
    assert_eq!(number("1e29"), Ok(parsed("100000000000000000000000000000")));
    assert_eq!(number("1e-18").map(Quantity::attos), Ok(I256::ONE));
    assert_eq!(number("1e30"), Err(QuantityError::TooLarge));
    assert_eq!(number("1e-19"), Err(QuantityError::TooFine));
    assert_eq!(number("1e-400"), Err(QuantityError::TooFine));
    assert_eq!(number("0e999999999999999999999"), Ok(Quantity::ZERO));
    assert_eq!(number("1e99999999999999999999"), Err(QuantityError::TooLarge));
    assert_eq!(number("+nan"), Err(QuantityError::NotANumber));
    assert_eq!(number("-inf"), Err(QuantityError::Infinite));
    assert_eq!(number("1e"), Err(QuantityError::Malformed));
    assert_eq!(number("1e1.5"), Err(QuantityError::Malformed));
}

#[test]
fn amounts_are_printed_in_their_family() {
    let shown = |text: &str, family| parsed(text).display(family).to_string();
    assert_eq!(shown("1536Mi", Family::Binary), "1.5Gi");
    assert_eq!(shown("512Mi", Family::Binary), "512Mi");
    assert_eq!(shown("1073741825", Family::Binary), "1073741825");
    assert_eq!(shown("500m", Family::Small), "500m");
    assert_eq!(shown("1500m", Family::Small), "1.5");
    assert_eq!(shown("-0.25", Family::Small), "-250m");
    assert_eq!(shown("0.5", Family::Plain), "0.5");
    assert_eq!(shown("1500000", Family::Decimal), "1.5M");
    assert_eq!(shown("0", Family::Binary), "0");
    assert_eq!(shown("0", Family::Small), "0");
}

#[test]
fn a_ward_is_below_and_unlimited_above_every_amount() {
    let amount = Capacity::Finite(parsed("999999999999999999000000000000"));
    assert!(Capacity::Ward < Capacity::Finite(-parsed("1E")) && amount < Capacity::Unlimited);
    assert_eq!(Capacity::Ward.minus(parsed("-5")), Capacity::Ward);
}

proptest! {
    #[test]
    fn a_printed_amount_parses_back_to_the_same_amount(
        mantissa in -999_999_999i64..999_999_999,
        places in 0u32..9,
        unit in 0usize..16,
    ) {
        let suffix = UNITS.get(unit).map_or("", |unit| unit.suffix);
        let digits = format!("{:010}", mantissa.abs());
        let (whole, fraction) = digits.split_at(10 - places as usize);
        let sign = if mantissa < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        let text = format!("{sign}{whole}{point}{fraction}{suffix}");
        let (amount, written) = Quantity::parse(&text).expect("in range");
        for family in [written, Family::Plain, Family::Small, Family::Decimal, Family::Binary] {
            prop_assert_eq!(parse_printed(&amount.display(family).to_string()), amount);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = Quantity::parse(&text);
        let _ = Quantity::parse_number(&text);
    }
}

/// Parses a printed amount, which may have more digits than a written quantity.
fn parse_printed(text: &str) -> Quantity {
    let unit_at = text.find(char::is_alphabetic).unwrap_or(text.len());
    let (number, suffix) = text.split_at(unit_at);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: I256 = format!("{whole}{fraction}").parse().expect("digits");
    let unit = Unit::of(suffix).map_or(ATTOS, |unit| unit.attos);
    Quantity(digits * unit / power_of_ten(as_i64(fraction.len())))
}
