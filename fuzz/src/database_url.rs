//! Whatever stands in `DATABASE_URL`, it is understood, or refused without the password.

use tickbox::config::{Flags, Settings};

pub(crate) fn run(input: &[u8]) {
    let Ok(url) = str::from_utf8(input) else {
        return;
    };
    // As it can be quoted in a file.
    if url.contains(['`', '\r']) || url.ends_with('\\') {
        return;
    }
    let settings = Settings::with_file(Flags::default(), &format!("DATABASE_URL=`{url}`"));
    let _ = settings.database_remarks();
    if let Err(refused) = settings.store() {
        let told = refused.to_string();
        assert!(told.contains("DATABASE_URL"), "{told}");
    }
}
