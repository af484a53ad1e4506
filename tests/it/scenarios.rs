//! The scenarios of the domain reference (section 7), as they are told there.

mod certificate;
mod family_in_kurdish;
mod house_closing;
