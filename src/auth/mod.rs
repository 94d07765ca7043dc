//! Who is calling: from the headers of a request to a [`Caller`], or a [`Refusal`] that explains itself.
//! What the caller may then do is not decided here, and nothing here knows of routes or status codes.
