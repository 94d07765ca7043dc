//! The syntax tree of a filter: its words, each with its column.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Bare(Value),
    Restriction(Restriction),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Restriction {
    pub(super) left: Value,
    pub(super) sign: Sign,
    pub(super) sign_column: usize,
    pub(super) argument: Argument,
}

/// What stands between a field and its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Has,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// A value, to which functions are added (`true`) or from which they are subtracted.
    Sum(Value, Vec<(bool, Function)>),
    Group(Box<Tree>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Word(Word),
    Function(Function),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) column: usize,
    pub(super) text: String,
    pub(super) quoted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) column: usize,
    pub(super) name: String,
    pub(super) arguments: Vec<Value>,
}

impl Value {
    pub(super) fn column(&self) -> usize {
        match self {
            Self::Word(word) => word.column,
            Self::Function(function) => function.column,
        }
    }
}
