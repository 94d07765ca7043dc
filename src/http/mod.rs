//! HTTP: the table of routes. What happens to every request is in `front`, how failures are answered in
//! `problem`, what handlers extract from requests in `extract`.

mod body;
mod changes;
mod client;
mod conditional;
mod docs;
mod embedded;
mod events;
mod export;
mod extract;
mod front;
mod health;
mod history;
mod import;
mod lists;
mod openapi;
mod page;
mod problem;
mod query;
mod seal;
pub mod server;
mod tasks;
mod user;
mod write;

use std::sync::Arc;

use axum::routing::MethodRouter;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::front::FrontDoor;
use self::problem::Problem;
use crate::app::App;

type SharedApp = Arc<App>;

/// Every documented route. `routes!` mounts and documents in one go, so that neither is possible without the other.
fn table() -> OpenApiRouter<SharedApp> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(tasks::list_tasks, tasks::create_task))
        .routes(routes!(
            tasks::get_task,
            tasks::change_task,
            tasks::patch_task,
            tasks::delete_task
        ))
        .routes(routes!(tasks::complete_task))
        .routes(routes!(tasks::move_task))
        .routes(routes!(tasks::occurrences::skip_task))
        .routes(routes!(tasks::occurrences::list_occurrences))
        .routes(routes!(tasks::batch::create_batch))
        .routes(routes!(tasks::tags::list_tags))
        .routes(routes!(lists::list_lists, lists::create_list))
        .routes(routes!(
            lists::get_list,
            lists::change_list,
            lists::patch_list,
            lists::delete_list
        ))
        .routes(routes!(lists::move_list))
        .routes(routes!(lists::restore_list))
        .routes(routes!(history::list_history_of_list))
        .routes(routes!(changes::list_changes))
        .routes(routes!(events::listen))
        .routes(routes!(events::create_ticket))
        .routes(routes!(tasks::restore_task))
        .routes(routes!(history::list_history))
        .routes(routes!(history::undo_change))
        .routes(routes!(user::remove_user))
        .routes(routes!(export::export_user))
        .routes(routes!(import::import_user))
        .routes(routes!(import::undo_import))
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_readiness))
}

/// The template of every route, such as `/api/{user_id}/tasks`.
pub fn templates() -> impl Iterator<Item = String> {
    let documented = table().into_openapi().paths.paths.into_keys();
    let others = undocumented().map(|(template, _)| template.to_owned());
    let page = page::templates().map(str::to_owned);
    documented.chain(others).chain(page)
}

/// Every route that the OpenAPI document does not have.
fn undocumented() -> impl Iterator<Item = (&'static str, MethodRouter<SharedApp>)> {
    docs::table().into_iter().chain(client::table())
}

/// The OpenAPI document; needs no settings and no database.
pub fn document() -> OpenApi {
    let mut document = table().into_openapi();
    openapi::finish(&mut document);
    document
}

/// The OpenAPI document as text, indented, with a line feed at its end: as it is committed and served.
pub fn document_text() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// All of HTTP, for an app.
pub fn front_door(app: Arc<App>) -> FrontDoor {
    let mut router = table().split_for_parts().0;
    let page = page::table(app.web.page.as_ref());
    for (template, handler) in undocumented().chain(page) {
        router = router.route(template, handler);
    }
    let router = router
        .route_layer(axum::middleware::from_fn(front::exchange::note_route))
        .fallback(async || Problem::route_not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(app.clone());
    FrontDoor::new(app, router)
}
