//! The fields that a filter can name, and the kind of value of each.

/// A member of a task, or what is made of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Id,
    Title,
    Description,
    Completed,
    CreatedAt,
    UpdatedAt,
    CompletedAt,
    Due,
    Start,
    Priority,
    Tags,
    ListId,
    ParentId,
    Order,
    Recurrence,
    References,
    /// The `external_id` of any reference.
    ExternalId,
    /// Title, description and tags together.
    Text,
}

/// What can be said about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Flag,
    Number,
    /// Without regard to case and accents.
    Text,
    /// Byte for byte.
    Key,
    Time,
    Date,
    Id,
    /// Several texts, of which one can be asked for.
    Set,
    Words,
    /// Only whether it is there.
    Presence,
}

impl Field {
    pub const ALL: [Self; 18] = [
        Self::Id,
        Self::Title,
        Self::Description,
        Self::Completed,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::CompletedAt,
        Self::Due,
        Self::Start,
        Self::Priority,
        Self::Tags,
        Self::ListId,
        Self::ParentId,
        Self::Order,
        Self::Recurrence,
        Self::References,
        Self::ExternalId,
        Self::Text,
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Description => "description",
            Self::Completed => "completed",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CompletedAt => "completed_at",
            Self::Due => "due",
            Self::Start => "start",
            Self::Priority => "priority",
            Self::Tags => "tags",
            Self::ListId => "list_id",
            Self::ParentId => "parent_id",
            Self::Order => "order",
            Self::Recurrence => "recurrence",
            Self::References => "references",
            Self::ExternalId => "references.external_id",
            Self::Text => "text",
        }
    }

    pub(super) const fn kind(self) -> FieldKind {
        match self {
            Self::Completed => FieldKind::Flag,
            Self::Priority => FieldKind::Number,
            Self::Title | Self::Description => FieldKind::Text,
            Self::Order => FieldKind::Key,
            Self::CreatedAt | Self::UpdatedAt | Self::CompletedAt => FieldKind::Time,
            Self::Due | Self::Start => FieldKind::Date,
            Self::Id | Self::ListId | Self::ParentId => FieldKind::Id,
            Self::Tags | Self::ExternalId => FieldKind::Set,
            Self::Text => FieldKind::Words,
            Self::Recurrence | Self::References => FieldKind::Presence,
        }
    }

    /// Whether every task has it.
    pub const fn is_always_there(self) -> bool {
        matches!(
            self,
            Self::Id | Self::Title | Self::Completed | Self::CreatedAt | Self::UpdatedAt
        )
    }
}
