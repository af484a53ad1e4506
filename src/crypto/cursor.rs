//! Sealed cursors: a place in a list that whoever holds it cannot read, nor make up.

use super::key::{Key, Nonce, WontOpen};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

/// Binds a cursor to its list, and to whom it serves there.
fn bound_to(list: &str, reach: &str) -> Vec<u8> {
    // The length keeps the two apart, whatever is in them.
    format!("relais/1|cursor|{}|{list}|{reach}", list.len()).into_bytes()
}

/// A place in a list as a cursor. Its length depends on that of the place alone; the same place never reads the same
/// twice, as long as no nonce comes twice.
pub fn seal_cursor(key: &Key, list: &str, reach: &str, nonce: &Nonce, place: &[u8]) -> String {
    BASE64URL_NOPAD.encode(&key.seal(&bound_to(list, reach), nonce, place))
}

/// The place that a cursor of this list and reach holds.
pub fn open_cursor(key: &Key, list: &str, reach: &str, cursor: &str) -> Result<Zeroizing<Vec<u8>>, WontOpen> {
    let sealed = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| WontOpen)?;
    key.open(&bound_to(list, reach), &sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(key: &Key, list: &str, reach: &str, cursor: &str) -> bool {
        open_cursor(key, list, reach, cursor).is_ok()
    }

    #[test]
    fn a_cursor_opens_in_its_list_for_its_reach_with_its_key_and_unchanged_only() {
        let key = Key::from_random([1; 32]);
        let cursor = seal_cursor(&key, "feed", "all", &[2; 24], b"place");
        assert!(open_cursor(&key, "feed", "all", &cursor).is_ok_and(|place| *place == b"place"));
        let another = Key::from_random([2; 32]);
        assert!(!opens(&another, "feed", "all", &cursor));
        assert!(!opens(&key, "fee", "all", &cursor) && !opens(&key, "feed", "some", &cursor));
        let moved = seal_cursor(&key, "feed|all", "", &[2; 24], b"place");
        assert!(!opens(&key, "feed", "all|", &moved) && !opens(&key, "feed", "all", &moved));
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(!opens(&key, "feed", "all", &changed), "character {at}");
        }
        for broken in ["", "?", "é", &cursor[1..]] {
            assert!(!opens(&key, "feed", "all", broken), "{broken}");
        }
    }

    #[test]
    fn one_place_reads_differently_each_time_and_equally_long() {
        let key = Key::from_random([1; 32]);
        let (one, other) =
            (seal_cursor(&key, "a", "b", &[2; 24], &[0; 9]), seal_cursor(&key, "a", "b", &[3; 24], &[255; 9]));
        let again = seal_cursor(&key, "a", "b", &[3; 24], &[0; 9]);
        assert!(one != other && one != again);
        assert_eq!((one.len(), one.len()), (other.len(), again.len()));
    }
}
