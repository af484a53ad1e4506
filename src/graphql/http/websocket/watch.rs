//! The clocks of one socket, in seconds that are counted.

use super::protocol::Close;

/// Until the client has said who it is.
pub(super) const INITIALISATION_SECONDS: u64 = 5;
/// Until one answer is there.
pub(super) const ANSWER_SECONDS: u64 = 15;
/// Until the client has taken one answer.
pub(super) const SENDING_SECONDS: u64 = 10;
/// Until the client has answered that it closes too.
pub(super) const CLOSING_SECONDS: u64 = 2;
/// For how long nothing may come before the client is asked whether it is there.
const SECONDS_BEFORE_PING: u32 = 25;
/// For how long nothing may come at all.
const SECONDS_OF_SILENCE: u32 = 60;
/// How old a socket may become.
const MOST_SECONDS: u32 = 30 * 60;
/// Messages of a client in a minute.
const MESSAGES_PER_MINUTE: u32 = 60;

/// What has passed on one socket.
#[derive(Debug, Default)]
pub(super) struct Watch {
    age_seconds: u32,
    silent_seconds: u32,
    message_count: u32,
}

impl Watch {
    /// Something came, be it a sign of life only.
    pub(super) const fn heard(&mut self) {
        self.silent_seconds = 0;
    }

    /// A message came.
    pub(super) const fn message(&mut self) -> Result<(), Close> {
        self.heard();
        self.message_count += 1;
        if self.message_count > MESSAGES_PER_MINUTE { Err(Close::TooMuch) } else { Ok(()) }
    }

    /// A second has passed; true where the client is to be asked whether it is there.
    pub(super) const fn second(&mut self) -> Result<bool, Close> {
        self.age_seconds += 1;
        self.silent_seconds += 1;
        if self.age_seconds.is_multiple_of(60) {
            self.message_count = 0;
        }
        match (self.silent_seconds, self.age_seconds) {
            (SECONDS_OF_SILENCE.., _) => Err(Close::ConnectAgain),
            (_, MOST_SECONDS..) => Err(Close::ConnectAgain),
            (silent, _) => Ok(silent.is_multiple_of(SECONDS_BEFORE_PING)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_silent_is_asked_and_then_given_up() {
        let mut watch = Watch::default();
        let asked: Vec<u32> = (1..60).filter(|_| watch.second() == Ok(true)).collect();
        assert_eq!(asked, [25, 50]);
        assert_eq!(watch.second(), Err(Close::ConnectAgain));
    }

    #[test]
    fn no_socket_grows_old() {
        let mut watch = Watch::default();
        let lived = (1..).find(|_| {
            watch.heard();
            watch.second().is_err()
        });
        assert_eq!(lived, Some(1_800));
        watch.heard();
        assert_eq!(watch.second(), Err(Close::ConnectAgain));
    }

    #[test]
    fn messages_are_counted_by_the_minute() {
        let mut watch = Watch::default();
        assert!((0..60).all(|_| watch.message().is_ok()));
        assert_eq!(watch.message(), Err(Close::TooMuch));
        for _ in 0..60 {
            watch.heard();
            assert!(watch.second().is_ok());
        }
        assert_eq!(watch.message(), Ok(()));
    }
}
