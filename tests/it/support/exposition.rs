//! Reads metrics as strictly as their format demands: Prometheus is lenient where other collectors are not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A label set, sorted by name.
type Labels = Vec<(String, String)>;

/// What one scrape said.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    families: HashMap<String, String>,
    samples: BTreeMap<(String, Labels), f64>,
}

impl Exposition {
    /// Panics where the text breaks a rule of the format or of the naming of metrics.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has an end");
        let mut read = Self::default();
        let mut family = (String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(!words.is_empty() && is_name(name), "{line}");
                let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
                let (typed, kind) = kind.and_then(|kind| kind.split_once(' ')).unwrap();
                assert_eq!(typed, name, "each family has its help, then its type");
                family = (name.to_owned(), kind.to_owned());
                let before = read.families.insert(name.to_owned(), kind.to_owned());
                assert!(before.is_none(), "{name} comes twice");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
                continue;
            }
            let (name, labels, value) = sample(line);
            let suffix = name.strip_prefix(family.0.as_str());
            let fits = match family.1.as_str() {
                "counter" | "gauge" => suffix == Some(""),
                "summary" => matches!(suffix, Some("_sum" | "_count")),
                "histogram" => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
                kind => panic!("{kind} is no type"),
            };
            assert!(fits, "{line} does not belong to {family:?}");
            assert!(value.is_finite() && value >= 0.0, "{line}");
            let whole = matches!(suffix, Some("_bucket" | "_count")) || family.1 == "counter";
            assert!(!whole || value.fract() == 0.0, "{line} is no count");
            let before = read.samples.insert((name, labels), value);
            assert!(before.is_none(), "{line} comes twice");
        }
        read.check_histograms();
        read
    }

    /// The value of one series; `None` if it is not there.
    pub(crate) fn find(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let mut labels: Labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        labels.sort();
        self.samples.get(&(name.to_owned(), labels)).copied()
    }

    /// The value of one series, as a count.
    #[track_caller]
    pub(crate) fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let found = self.find(name, labels);
        let value = found.unwrap_or_else(|| panic!("no {name} {labels:?}: {:#?}", self.samples));
        format!("{value:.0}").parse().unwrap()
    }

    /// All series of a name: their labels and values.
    pub(crate) fn series(&self, wanted: &str) -> Vec<(HashMap<&str, &str>, f64)> {
        let of_that_name = self.samples.iter().filter(|((name, _), _)| name == wanted);
        of_that_name
            .map(|((_, labels), value)| {
                let labels = labels.iter().map(|(name, value)| (&**name, &**value));
                (labels.collect(), *value)
            })
            .collect()
    }

    /// Each family with its type and the labels of its series, in the order of names.
    pub(crate) fn families(&self) -> Vec<(String, String, BTreeSet<String>)> {
        let mut families: Vec<_> = self
            .families
            .iter()
            .map(|(name, kind)| {
                let of_it = self.samples.keys().filter(|(sample, _)| {
                    let suffix = sample.strip_prefix(name.as_str());
                    matches!(suffix, Some("" | "_bucket" | "_sum" | "_count"))
                });
                let labels = of_it.flat_map(|(_, labels)| labels.iter().map(|it| it.0.clone()));
                let labels = labels.filter(|label| label != "le").collect();
                (name.clone(), kind.clone(), labels)
            })
            .collect();
        families.sort();
        families
    }

    fn check_histograms(&self) {
        let histograms = self
            .families
            .iter()
            .filter(|(_, kind)| *kind == "histogram");
        for (name, _) in histograms {
            let mut buckets: HashMap<Labels, Vec<(f64, f64)>> = HashMap::new();
            for ((sample, labels), value) in &self.samples {
                if *sample == format!("{name}_bucket") {
                    let (bound, labels) = labels.iter().cloned().partition(|it| it.0 == "le");
                    let (bound, labels): (Labels, Labels) = (bound, labels);
                    let bound: f64 = bound[0].1.replace("+Inf", "inf").parse().unwrap();
                    buckets.entry(labels).or_default().push((bound, *value));
                }
            }
            assert!(!buckets.is_empty(), "{name}");
            for (labels, mut buckets) in buckets {
                buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
                let growing = buckets.is_sorted_by(|a, b| a.1 <= b.1);
                assert!(growing, "{name} {labels:?}: {buckets:?}");
                let of = |suffix| {
                    self.samples
                        .get(&(format!("{name}{suffix}"), labels.clone()))
                };
                let (bound, all) = buckets.last().unwrap();
                assert!(bound.is_infinite(), "{name} {labels:?}");
                assert_eq!(of("_count"), Some(all), "{name} {labels:?}");
                assert!(of("_sum").is_some(), "{name} {labels:?}");
            }
        }
    }
}

/// `name{label="value",…} number`; neither times nor exemplars.
#[track_caller]
fn sample(line: &str) -> (String, Labels, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect("a closing brace")),
        None => (series, ""),
    };
    assert!(is_name(name), "{line}");
    let mut read: Labels = Vec::new();
    // No value has a comma, a quote or a backslash in it; a template has braces.
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (name, value) = label.split_once('=').unwrap();
        let value = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let value = value.unwrap_or_else(|| panic!("no quotes: {line}"));
        assert!(!value.contains(['"', '\\']), "{line}");
        assert!(is_name(name) && !name.contains(':'), "{line}");
        read.push((name.to_owned(), value.to_owned()));
    }
    read.sort();
    (name.to_owned(), read, value.parse().unwrap())
}

fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    text.chars().all(good) && text.starts_with(|c: char| !c.is_ascii_digit())
}
