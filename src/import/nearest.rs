//! The known names nearest to one that is not known, for a message that helps.

/// Names told at most.
const TOLD: usize = 3;
/// Longest name compared, in characters: the comparison costs the product of both lengths.
const LONGEST: usize = 80;

/// Up to three names that are nearest to this one, the nearest first.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut known: Vec<(usize, &str)> = known.map(|known| (distance(name, known), known)).collect();
    known.sort_unstable();
    known.into_iter().take(TOLD).map(|(_, known)| known).collect()
}

/// Edits of one character that make one name of the other, case aside (Levenshtein). A name that holds the
/// other one is near whatever its length.
fn distance(one: &str, other: &str) -> usize {
    let letters = |text: &str| -> Vec<char> { text.to_lowercase().chars().take(LONGEST).collect() };
    let (one, other) = (letters(one), letters(other));
    let (short, long) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    if short.len() > 2 && long.windows(short.len()).any(|window| window == short.as_slice()) {
        return 1;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for column in 1..row.len() {
            let kept = diagonal + usize::from(other[column - 1] != *letter);
            diagonal = row[column];
            row[column] = kept.min(diagonal + 1).min(row[column - 1] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        for (name, expected) in [
            ("telephon", ["telephone", "latitude", "nom"]),
            ("NOM", ["nom", "nom_court", "latitude"]),
            ("", ["nom", "latitude", "nom_court"]),
        ] {
            let known = ["nom_court", "latitude", "telephone", "nom"];
            assert_eq!(nearest(name, known.into_iter())[0], expected[0], "{name}");
        }
        assert_eq!(nearest("x", ["a", "b", "c", "d"].into_iter()).len(), TOLD);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("commune", "lib_commune"), 1);
    }
}
