//! A filtered list without a limit.

use axum::response::Response;

use super::question::Page;
use crate::domain::filter::{Asked, Keyset};
use crate::domain::limits::COUNTED;
use crate::domain::{SpaceId, TaskPage};
use crate::error::Error;
use crate::http::front::exchange::Exchange;
use crate::http::problem::Problem;
use crate::http::tasks::check_epoch;
use crate::http::tasks::whole_list::{self, Part, Source};
use crate::tasks::{FilteredListing, Tasks};

pub(super) async fn respond(
    tasks: Tasks,
    space: SpaceId,
    page: Page,
    account: Option<TaskPage>,
    exchange: Exchange,
) -> Result<Response, Problem> {
    let after = page.after.as_ref();
    let _turn = tasks.turn_of_chunk().await;
    let first = tasks
        .list_filtered_chunk(&space, &page.asked, after, after.is_some())
        .await?;
    check_epoch(page.epoch, &first.page)?;
    let tag = page.tag(account.as_ref().unwrap_or(&first.page));
    // Read from its start, a list counts what it shows.
    let count = after.map(|_| first.page.total + i64::from(first.has_more));
    let most = if page.asked.has_filter {
        i64::try_from(COUNTED).unwrap_or(i64::MAX)
    } else {
        i64::MAX
    };
    let source = Filtered {
        tasks,
        space,
        asked: page.asked,
    };
    let list = whole_list::List { count, most, tag };
    Ok(whole_list::respond(
        source,
        part(first),
        list,
        exchange.meter().clone(),
    ))
}

struct Filtered {
    tasks: Tasks,
    space: SpaceId,
    asked: Asked,
}

impl Source for Filtered {
    type Position = Keyset;

    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    async fn chunk(&self, after: Keyset) -> Result<Part<Keyset>, Error> {
        let Self {
            tasks,
            space,
            asked,
        } = self;
        let listing = tasks
            .list_filtered_chunk(space, asked, Some(&after), false)
            .await?;
        Ok(part(listing))
    }
}

fn part(listing: FilteredListing) -> Part<Keyset> {
    Part {
        tasks: listing.page.tasks,
        next: listing.next,
    }
}
