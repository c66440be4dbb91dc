//! Rules that decide whether a workload may be on a node: amounts, selectors, groups, cordons and drains.
//!
//! `place` looks for a node; `rules` says whether a given node may take a workload, and if not, for which [`Reason`].
//! Nothing here depends on the strategy. [`Occupancy`] is the state that the rules look at.

mod attach;
mod demand;
mod departure;
mod domain;
pub(crate) mod hold;
mod occupancy;
mod reason;
mod refusal;
mod shortfall;
mod sorted_lookup;

pub use attach::{Standing, is_open};
pub(crate) use attach::{
    affinity_allows, affinity_groups_allow, aversion_allows, aversion_groups_allow, excluding_label,
    hard_group_without_domain, hard_groups_allow, is_immune, requires, takes,
};
pub(crate) use demand::{Demand, has_negative_amount};
pub use departure::Departure;
pub use domain::Domain;
pub use occupancy::Occupancy;
pub use reason::Reason;
pub use refusal::{closed, refusals};
pub use shortfall::{Shortfall, largest_shortfall};
pub(crate) use sorted_lookup::AscendingLookup;
