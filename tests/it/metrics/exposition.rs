//! The text format of Prometheus (version 0.0.4), read strictly: what a lenient reader would pass over fails here.

use std::collections::{BTreeMap, BTreeSet};

/// The labels of a series, by name.
pub type Labels = BTreeMap<String, String>;

/// One line that is no comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Labels,
    pub value: f64,
}

/// Every sample of a text, which is in the format: each family once and together, help and type before its samples.
#[track_caller]
pub fn read(text: &str) -> Vec<Sample> {
    assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains("\n\n"), "{text}");
    let (mut all, mut families) = (Vec::new(), BTreeSet::new());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let help = line.strip_prefix("# HELP ").and_then(|help| help.split_once(' '));
        let (name, help) = help.unwrap_or_else(|| panic!("a family begins with its help: {line}"));
        assert!(is_name(name) && help.ends_with('.'), "{line}");
        assert!(families.insert(name), "{name} stands twice");
        let line = lines.next().unwrap_or_default();
        let kind = line.strip_prefix(&format!("# TYPE {name} "));
        let kind = kind.unwrap_or_else(|| panic!("behind the help comes the type: {line}"));
        let samples: Vec<Sample> =
            std::iter::from_fn(|| lines.next_if(|line| !line.starts_with('#'))).map(sample).collect();
        assert!(!samples.is_empty(), "{name} has no samples");
        match kind {
            "counter" => check_counters(name, &samples),
            "gauge" => assert!(samples.iter().all(|sample| sample.name == name && sample.value.is_finite()), "{name}"),
            "histogram" => check_histograms(name, &samples),
            _ => panic!("{name} is a {kind}"),
        }
        all.extend(samples);
    }
    let series: BTreeSet<_> = all.iter().map(|sample| (&sample.name, &sample.labels)).collect();
    assert_eq!(series.len(), all.len(), "a series stands twice");
    all
}

/// The value of the series with these labels and no others.
pub fn value(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let labels: Labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    samples.iter().find(|sample| sample.name == name && sample.labels == labels).map(|sample| sample.value)
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
}

fn sample(line: &str) -> Sample {
    let end = line.find(['{', ' ']).unwrap_or_else(|| panic!("no value: {line}"));
    let (name, rest) = line.split_at(end);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest),
        None => (Labels::new(), rest),
    };
    // One blank and the value, and no time behind it.
    let value = value.strip_prefix(' ').and_then(|value| value.parse().ok());
    let value = value.unwrap_or_else(|| panic!("no value: {line}"));
    assert!(is_name(name), "{line}");
    Sample { name: name.to_owned(), labels, value }
}

/// The labels behind an opening brace, with what stands behind the closing one.
fn labels(mut rest: &str) -> (Labels, &str) {
    let mut labels = Labels::new();
    loop {
        let (name, quoted) = rest.split_once("=\"").unwrap_or_else(|| panic!("no label: {rest}"));
        let (value, behind) = unquoted(quoted);
        assert!(is_name(name) && labels.insert(name.to_owned(), value).is_none(), "{name}");
        match behind.split_at(1) {
            (",", next) => rest = next,
            ("}", behind) => return (labels, behind),
            _ => panic!("behind a label: {behind}"),
        }
    }
}

/// The text up to the closing quote, with what stands behind it.
fn unquoted(quoted: &str) -> (String, &str) {
    let (mut value, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.push(match letters.next() {
                Some((_, 'n')) => '\n',
                Some((_, letter @ ('\\' | '"'))) => letter,
                other => panic!("no escape: {other:?}"),
            }),
            letter => value.push(letter),
        }
    }
    panic!("no closing quote: {quoted}")
}

fn check_counters(name: &str, samples: &[Sample]) {
    assert!(name.ends_with("_total"), "{name}");
    for sample in samples {
        let is_count = sample.value >= 0.0 && sample.value.fract() == 0.0;
        assert!(sample.name == name && is_count, "{sample:?}");
    }
}

/// What is told of one histogram: bounds with counts, and what should be there once.
#[derive(Default)]
struct Histogram {
    buckets: Vec<(f64, f64)>,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

/// Buckets in order, each holding those before it, up to the one that holds all.
fn check_histograms(name: &str, samples: &[Sample]) {
    let mut of_series: BTreeMap<Labels, Histogram> = BTreeMap::new();
    for sample in samples {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le");
        let Histogram { buckets, sums, counts } = of_series.entry(labels).or_default();
        match (sample.name.strip_prefix(name), bound) {
            (Some("_bucket"), Some(bound)) => buckets.push((bound.parse().expect("a bound"), sample.value)),
            (Some("_sum"), None) => sums.push(sample.value),
            (Some("_count"), None) => counts.push(sample.value),
            _ => panic!("{sample:?}"),
        }
    }
    for (labels, Histogram { buckets, sums, counts }) in of_series {
        assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{labels:?}: {buckets:?}");
        assert_eq!(buckets.last().map(|(bound, count)| (*bound, vec![*count])), Some((f64::INFINITY, counts)));
        assert_eq!(sums.len(), 1, "{labels:?}");
    }
}

#[test]
fn what_is_not_in_the_format_is_found() {
    let family = "# HELP a_total Of a.\n# TYPE a_total counter\n";
    for (samples, is_read) in [
        ("a_total 1\n", true),
        ("a_total{b=\"c\",d=\"\\\"{e},\\\\\"} 1\n", true),
        ("a_total 1", false),
        ("a_total  1\n", false),
        ("a_total -1\n", false),
        ("a_total 1 1700000000000\n", false),
        ("a_total 1\n\n", false),
        ("a_total 1\na_total 2\n", false),
        ("a_total{b=\"c\"} 1\na_total{b=\"c\"} 1\n", false),
        ("a_total{b=\"c\",b=\"d\"} 1\n", false),
        ("a_total{b=\"c\" 1\n", false),
        ("a_total{b=\"\\c\"} 1\n", false),
        ("a_total{b-c=\"d\"} 1\n", false),
        ("b_total 1\n", false),
        ("", false),
    ] {
        let text = format!("{family}{samples}");
        let was_read = std::panic::catch_unwind(|| read(&text)).is_ok();
        assert_eq!(was_read, is_read, "{text}");
    }
    let twice = format!("{family}a_total 1\n{family}a_total{{b=\"c\"}} 1\n");
    assert!(std::panic::catch_unwind(|| read(&twice)).is_err(), "a family is together");
    let histogram = "# HELP h Of h.\n# TYPE h histogram\n";
    for (samples, is_read) in [
        ("h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n", true),
        ("h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 3\n", false),
        ("h_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n", false),
        ("h_bucket{le=\"1\"} 1\nh_sum 3\nh_count 1\n", false),
        ("h_bucket{le=\"+Inf\"} 2\nh_count 2\n", false),
    ] {
        let text = format!("{histogram}{samples}");
        assert_eq!(std::panic::catch_unwind(|| read(&text)).is_ok(), is_read, "{text}");
    }
}
