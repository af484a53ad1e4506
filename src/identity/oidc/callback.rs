//! What a browser brings back from the provider, read before any of it is believed.

use super::Fault;

/// A code, a state and an error text are far shorter in all.
const LONGEST_QUERY: usize = 8 * 1024;

/// The parameters of a callback.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Callback {
    pub(super) code: Option<String>,
    state: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) is_declined: bool,
}

impl Callback {
    /// Reads the query of a callback. A parameter that is given twice could be read in two ways, so it is
    /// refused; what we do not know is ignored, as the protocol demands.
    pub fn read(query: &str) -> Result<Self, Fault> {
        if query.len() > LONGEST_QUERY {
            return Err(Fault::CallbackUnreadable);
        }
        let mut callback = Self::default();
        let mut error = None;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "code" => &mut callback.code,
                "state" => &mut callback.state,
                "iss" => &mut callback.issuer,
                "error" => &mut error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(Fault::CallbackUnreadable);
            }
        }
        callback.is_declined = error.is_some();
        Ok(callback)
    }

    /// The state, by which the sign-in that was begun is found.
    pub fn state(&self) -> Result<&str, Fault> {
        self.state.as_deref().filter(|state| !state.is_empty()).ok_or(Fault::StateMissing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_given_twice_is_refused() {
        for (query, expected) in [
            ("code=a&state=b&iss=https%3A%2F%2Fp.example&session_state=c", None),
            ("error=access_denied&state=b", None),
            ("code=a&code=a&state=b", Some(Fault::CallbackUnreadable)),
            ("code=a&state=b&state=c", Some(Fault::CallbackUnreadable)),
            ("code=a&state=b&iss=x&iss=y", Some(Fault::CallbackUnreadable)),
            (&"x".repeat(LONGEST_QUERY + 1), Some(Fault::CallbackUnreadable)),
        ] {
            assert_eq!(Callback::read(query).err(), expected, "{query:.60}");
        }
        let callback = Callback::read("code=a%20b&state=c").unwrap_or_default();
        assert_eq!((callback.code.as_deref(), callback.state()), (Some("a b"), Ok("c")));
        assert!(!callback.is_declined && callback.issuer.is_none());
        for query in ["", "code=a", "code=a&state="] {
            assert_eq!(Callback::read(query).unwrap_or_default().state(), Err(Fault::StateMissing), "{query}");
        }
    }
}
