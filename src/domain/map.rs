//! Hash maps and sets of what a group of writes touches, with a cheaper hash than the standard library's; its seed is made
//! by chance, too.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

pub type Map<K, V> = HashMap<K, V, RandomState>;
pub type Set<K> = HashSet<K, RandomState>;
