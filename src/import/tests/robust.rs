//! Files that nobody has written.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What is put somewhere into a file that was good.
const SIGNS: [&str; 16] = [
    "\n",
    "\r\n ",
    "\"",
    ",",
    ":",
    ";",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "\0",
    "\u{feff}é",
    "9999",
    "-",
    "\u{202e}",
];

fn sample(format: Format) -> String {
    match format {
        Format::Tickbox => super::own::file(),
        Format::Todoist => super::foreign::TODOIST.to_owned(),
        Format::Google => super::foreign::GOOGLE.to_owned(),
        Format::ICalendar => super::foreign::CALENDAR.to_owned(),
        Format::Microsoft => super::foreign::MICROSOFT.to_owned(),
    }
}

fn check(format: Format, file: &[u8]) {
    let lines = file.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let lines = lines.count() as u64 + 1;
    let circumstances = Circumstances {
        start: START,
        target: None,
    };
    let outcome = read(format, file, circumstances, &mut |line, piece| {
        assert!(
            (1..=lines).contains(&line),
            "{format:?}: line {line} of {lines}"
        );
        if let Piece::Task(task) = piece
            && format != Format::Tickbox
        {
            assert_eq!(task.content.check(), Ok(()), "{format:?}");
        }
        Ok(())
    });
    match outcome {
        Err(Broken::Unreadable { line, .. } | Broken::Wrong { line, .. }) => {
            assert!(
                (1..=lines).contains(&line),
                "{format:?}: line {line} of {lines}"
            );
        }
        Err(other) => panic!("{format:?}: {other:?}"),
        Ok(()) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_are_read_to_an_end(which in 0..Format::ALL.len(), file in vec(any::<u8>(), 0..300)) {
        check(Format::ALL[which], &file);
    }

    #[test]
    fn what_was_a_file_is_read_to_an_end(
        which in 0..Format::ALL.len(),
        edits in vec((any::<prop::sample::Index>(), 0..SIGNS.len(), 0..20_usize), 1..6),
    ) {
        let format = Format::ALL[which];
        let mut file = sample(format).into_bytes();
        for (place, sign, gone) in edits {
            let place = place.index(file.len() + 1);
            let end = (place + gone).min(file.len());
            let _ = file.splice(place..end, SIGNS[sign].bytes());
        }
        check(format, &file);
    }
}
