//! Need to know: who may see what of whom, and when.
//!
//! Invariants: nothing outside this room can make a [`Visible`](visible::Visible); a hidden value is absent from the view,
//! not masked when read; hidden and absent answer the same. Reading a field of class D3 or above is
//! recorded, and the record is written before the answer leaves (ruling R3).
//!
//! | viewer | sees of a referral |
//! |---|---|
//! | sender's team | everything |
//! | coordinator of the project | everything but the case, the alias and sensitive facts |
//! | recipient, offer | need, urgency, deadline band, contact rule, sender, and of the person the offer |
//! | recipient, accepted or handed over, consent live | the offer, alias, consent validity and scope, concerns within scope |
//! | recipient, ended | need, dates, its own codes |
//! | recipient, closed | that it is closed |
//! | anybody else | nothing: as if it did not exist |

pub mod access;
pub mod classes;
pub mod directory_view;
pub mod person_view;
pub mod protection_view;
pub mod referral_view;
pub mod rules;
pub mod suppress;
pub mod visible;
