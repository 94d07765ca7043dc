//! What the parser of `einride/aip-go` accepts and refuses, and what this grammar says to it: the tree alone, without a
//! look at which fields there are.

use super::super::syntax;

/// Accepted by both.
const ACCEPTED: [&str; 40] = [
    "New York Giants",
    "New York (Giants OR Yankees)",
    "a b AND c AND d",
    "(a b) AND c AND d",
    "a < 10 OR a >= 100",
    "a OR b OR c",
    "NOT (a OR b)",
    "-file:\".java\"",
    "-30",
    "package=com.google",
    "msg != 'hello'",
    "msg != \"hello\"",
    "msg != \"\"",
    r#"msg != "\\\"""#,
    r#"msg != "\\""#,
    r#"msg != "\303\277""#,
    r#"msg != "\377""#,
    r#"msg != "\u263A\u263A""#,
    r#"msg != "\a\b\f\n\r\t\v\'\"\\\? Legal escapes""#,
    r#"msg != "[ 'hello' ]""#,
    r#"msg != "[ \'hello\' ]""#,
    r#"msg != "[ \"hello\" ]""#,
    "1 > 0",
    "2.5 >= 2.4",
    "foo >= -2.4",
    "foo >= (-2.4)",
    "-2.5 >= -2.4",
    "yesterday < request.time",
    "experiment.rollout <= cohort(request.user)",
    "prod",
    "expr.type_map.1.type",
    "regex(m.key, '^.*prod.*$')",
    "math.mem('30mb')",
    "(msg.endsWith('world') AND retries < 10)",
    "(endsWith(msg, 'world') AND retries < 10)",
    "time.now()",
    "timestamp(\"2012-04-21T11:30:00-04:00\")",
    "duration(\"32s\")",
    "annotations:schedule",
    "annotations.schedule = \"test\"",
];

/// Refused by both, and where.
const REFUSED: [(&str, usize); 3] = [("<", 1), ("(-2.5) >= -2.4", 8), ("a = \"foo", 9)];

/// Accepted by the standard, which gives OR the higher rank, and refused here, where parentheses are asked for.
const NARROWER: [(&str, usize); 1] = [("New York Giants OR Yankees", 17)];

#[test]
fn the_grammar_accepts_what_others_accept() {
    for filter in ACCEPTED {
        let tree = syntax::read(filter);
        assert!(tree.is_ok(), "{filter}: {tree:?}");
    }
}

#[test]
fn the_grammar_refuses_what_others_refuse_and_mixed_words() {
    for (filter, column) in REFUSED.into_iter().chain(NARROWER) {
        let mistake = syntax::read(filter).unwrap_err();
        assert_eq!(mistake.column, column, "{filter}: {mistake}");
    }
}
