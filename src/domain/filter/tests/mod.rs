//! The filter beside tables of what it must answer. `tests/vectors` are held by the client, too.

mod docs;
mod einride;
mod limits;
mod random;
mod sample;
mod vectors;
