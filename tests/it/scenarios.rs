//! The scenarios of the domain reference (§7), told in the order of their text: what is given, what is done, and what is
//! then so. Quotes in comments are the reference's own words.

mod boy_refuses;
mod certificate;
mod child_welfare_reception;
mod distant_shelter;
mod evacuation;
mod family_in_kurdish;
mod girl_in_appeal;
mod hospital_discharge;
mod house_closing;
mod imminent_risk;
mod landing;
mod name_first;
mod order_to_stop;
mod place_tonight;
mod psychiatric_crisis;
mod refusal_by_the_department;
mod revoked_partner;
mod squat_evicted;
mod stage;
