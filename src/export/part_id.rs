//! Identifiers for the parts of an entry, which have none in Relais and need one in HSDS.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The identifier of a part: the same owner and part give the same one in every export, so that a reader can compare
/// two copies. The bits are those of an RFC 9562 version 8 UUID.
pub(super) fn part_id(owner: Uuid, part: &str) -> String {
    let digest = Sha256::new().chain_update("export\0").chain_update(owner.as_bytes()).chain_update(part).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_one_id_and_no_two_parts_share_it() {
        let (one, other) = (Uuid::from_bytes([1; 16]), Uuid::from_bytes([2; 16]));
        assert_eq!(part_id(one, "phone/0"), part_id(one, "phone/0"));
        assert_ne!(part_id(one, "phone/0"), part_id(one, "phone/1"));
        assert_ne!(part_id(one, "phone/0"), part_id(other, "phone/0"));
        assert_eq!(Uuid::parse_str(&part_id(one, "")).map(|id| id.get_version_num()), Ok(8));
    }
}
