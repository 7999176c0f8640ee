//! Tests of the whole: language specs, snapshots, oracle and conformance suites, tidiness

pub mod examples;

#[cfg(test)]
mod bundled;
#[cfg(test)]
mod check;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod measured;
#[cfg(test)]
mod syntax;
