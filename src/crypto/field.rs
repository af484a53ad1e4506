//! Sealed fields: version ‖ generation ‖ check value ‖ nonce ‖ ciphertext, as text.

use super::key::{KeyCipher, Nonce, OVERHEAD_BYTES, WontOpen};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 4;
const LENGTH_BYTES: usize = 4;
/// Plain texts are filled up to a multiple of this, so that a length tells little.
const STEP_BYTES: usize = 64;

/// Where a field stands: it opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPlace<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row, by its key.
    pub row: &'a str,
    /// The unit of erasure whose key it is sealed by.
    pub unit: &'a str,
    /// Which of the unit's keys, from 1.
    pub generation: u32,
}

impl FieldPlace<'_> {
    /// No part can take the place of another: what separates them is not in any of them.
    fn bytes(&self) -> Option<Vec<u8>> {
        let Self { table, column, row, unit, generation } = self;
        let is_clear = [*table, *column, *row, *unit].iter().all(|part| !part.contains('|'));
        is_clear.then(|| format!("relais/1|{table}|{column}|{row}|{unit}|{generation}").into_bytes())
    }
}

/// Seals a text for this place.
pub fn seal_field(key: &KeyCipher, place: FieldPlace<'_>, nonce: &Nonce, plain: &[u8]) -> Result<String, WontOpen> {
    let length = u32::try_from(plain.len()).map_err(|_| WontOpen)?;
    let padded_length = (LENGTH_BYTES + plain.len()).next_multiple_of(STEP_BYTES);
    let mut padded = Zeroizing::new(Vec::with_capacity(padded_length));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(plain);
    padded.resize(padded_length, 0);
    let sealed = key.seal(&place.bytes().ok_or(WontOpen)?, nonce, &padded);
    let mut field = vec![VERSION];
    field.extend_from_slice(&place.generation.to_be_bytes());
    field.extend_from_slice(&sealed);
    Ok(BASE64URL_NOPAD.encode(&field))
}

/// Which of the unit's keys a field was sealed by; known before it is opened.
pub(super) fn generation_of(field: &[u8]) -> Option<u32> {
    let head = field.first_chunk::<HEAD_BYTES>()?;
    (head[0] == VERSION).then(|| u32::from_be_bytes([head[1], head[2], head[3], head[4]]))
}

/// Opens a field at this place; `key_of` gives the unit's key of a generation. `None` from it is passed on: the
/// key is not there.
pub fn open_field<'k>(
    place: FieldPlace<'_>,
    field: &str,
    key_of: impl FnOnce(u32) -> Option<&'k KeyCipher>,
) -> Result<Option<Zeroizing<Vec<u8>>>, WontOpen> {
    let field = BASE64URL_NOPAD.decode(field.as_bytes()).map_err(|_| WontOpen)?;
    let generation = generation_of(&field).ok_or(WontOpen)?;
    if field.len() < HEAD_BYTES + OVERHEAD_BYTES {
        return Err(WontOpen);
    }
    let Some(key) = key_of(generation) else { return Ok(None) };
    let place = FieldPlace { generation, ..place };
    let padded = key.open(&place.bytes().ok_or(WontOpen)?, &field[HEAD_BYTES..])?;
    let length = padded.first_chunk::<LENGTH_BYTES>().ok_or(WontOpen)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| WontOpen)?;
    let plain = padded.get(LENGTH_BYTES..LENGTH_BYTES + length).ok_or(WontOpen)?;
    Ok(Some(Zeroizing::new(plain.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key::Key;
    use proptest::prelude::*;

    const PLACE: FieldPlace<'static> =
        FieldPlace { table: "cases", column: "sealed", row: "cas_a", unit: "cas_a", generation: 7 };

    fn opens(key: &KeyCipher, place: FieldPlace<'_>, field: &str) -> bool {
        matches!(open_field(place, field, |_| Some(key)), Ok(Some(_)))
    }

    #[test]
    fn a_field_of_another_row_column_table_or_unit_does_not_open() {
        let key = Key::from_random([1; 32]).cipher();
        let field = seal_field(&key, PLACE, &[2; 24], b"text").expect("sealed");
        assert!(opens(&key, PLACE, &field));
        for elsewhere in [
            FieldPlace { table: "referrals", ..PLACE },
            FieldPlace { column: "other", ..PLACE },
            FieldPlace { row: "cas_b", ..PLACE },
            FieldPlace { unit: "cas_b", ..PLACE },
            FieldPlace { table: "cases|sealed", column: "cas_a", row: "cas_a", ..PLACE },
        ] {
            assert!(!opens(&key, elsewhere, &field), "{elsewhere:?}");
        }
    }

    #[test]
    fn a_separator_in_a_part_is_refused() {
        let key = Key::from_random([1; 32]).cipher();
        assert!(seal_field(&key, FieldPlace { row: "a|b", ..PLACE }, &[2; 24], b"text").is_err());
    }

    #[test]
    fn the_generation_is_told_before_and_checked_after() {
        let key = Key::from_random([1; 32]).cipher();
        let field = seal_field(&key, PLACE, &[2; 24], b"text").expect("sealed");
        let mut asked = None;
        let opened = open_field(PLACE, &field, |generation| {
            asked = Some(generation);
            None
        });
        assert_eq!((opened, asked), (Ok(None), Some(7)));
        let mut other = BASE64URL_NOPAD.decode(field.as_bytes()).expect("base64");
        other[4] = 8;
        assert!(!opens(&key, PLACE, &BASE64URL_NOPAD.encode(&other)));
    }

    #[test]
    fn lengths_are_told_in_steps() {
        let key = Key::from_random([1; 32]).cipher();
        let length = |bytes: usize| seal_field(&key, PLACE, &[2; 24], &vec![b'x'; bytes]).expect("sealed").len();
        assert_eq!(length(0), length(60));
        assert!(length(60) < length(61));
        assert_eq!(length(61), length(124));
    }

    proptest! {
        #[test]
        fn a_field_opens_whole_or_not_at_all(
            key: [u8; 32], nonce: Nonce, plain: Vec<u8>, at: prop::sample::Index, flip in 1_u8..,
        ) {
            let key = Key::from_random(key).cipher();
            let field = seal_field(&key, PLACE, &nonce, &plain).expect("sealed");
            let opened = open_field(PLACE, &field, |_| Some(&key)).expect("opens").expect("with its key");
            prop_assert_eq!(&*opened, &plain);
            let mut bytes = BASE64URL_NOPAD.decode(field.as_bytes()).expect("base64");
            let changed = at.index(bytes.len());
            bytes[changed] ^= flip;
            prop_assert!(!opens(&key, PLACE, &BASE64URL_NOPAD.encode(&bytes)));
            bytes.truncate(changed);
            prop_assert!(!opens(&key, PLACE, &BASE64URL_NOPAD.encode(&bytes)));
        }
    }

    #[test]
    fn every_flipped_byte_fails() {
        let key = Key::from_random([1; 32]).cipher();
        let field = seal_field(&key, PLACE, &[2; 24], b"told to nobody").expect("sealed");
        let bytes = BASE64URL_NOPAD.decode(field.as_bytes()).expect("base64");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert!(!opens(&key, PLACE, &BASE64URL_NOPAD.encode(&changed)), "byte {at}, bit {bit}");
            }
        }
    }
}
