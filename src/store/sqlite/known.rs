//! The accounts as the writer left them, so that they need not be read for each group. Whether something else has written
//! to the file since, an administrator's shell for one, SQLite says.

use super::super::group::Decided;
use super::prepared::Prepared;
use crate::domain::{Account, Map, SpaceId};
use crate::error::Error;

/// How many accounts are known, but for those of one group more.
const MOST_ACCOUNTS: usize = 8192;

#[derive(Default)]
pub(super) struct KnownAccounts {
    /// Another one means that something else has written.
    version: Option<i64>,
    accounts: Map<SpaceId, Account>,
}

impl KnownAccounts {
    /// When a transaction has begun.
    pub(super) fn look(&mut self, prepared: &mut Prepared<'_>) -> Result<(), Error> {
        let version = Some(prepared.data_version()?);
        if self.version != version {
            self.accounts.clear();
            self.version = version;
        }
        Ok(())
    }

    pub(super) fn find(&self, space: &SpaceId) -> Option<Account> {
        self.accounts.get(space).copied()
    }

    /// After a commit. Of those that are not there nothing is kept.
    pub(super) fn keep(&mut self, decided: &[Decided]) {
        if self.accounts.len() > MOST_ACCOUNTS {
            self.accounts.clear();
        }
        let there = decided
            .iter()
            .filter(|decided| decided.state.account != Account::default());
        self.accounts
            .extend(there.map(|decided| (decided.space.clone(), decided.state.account)));
    }

    /// After anything else than a commit of a group.
    pub(super) fn forget(&mut self) {
        self.accounts.clear();
    }
}
