//! Whatever stands in a file `.env`, the settings are good, or one of them is refused with its name.

use tickbox::config::{Flags, Settings};

pub(crate) fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let settings = Settings::with_file(Flags::default(), text);
    let read = [
        settings.environment().map(drop),
        settings.store().map(drop),
        settings.remarks().map(drop),
        settings.limits().map(drop),
        settings.auth().map(drop),
        settings.web().map(drop),
        settings.has_page().map(drop),
    ];
    for refused in read.into_iter().filter_map(Result::err) {
        let told = refused.to_string();
        assert!(told.contains(refused.variable), "{told}");
        assert!(!told.trim().is_empty());
    }
}
