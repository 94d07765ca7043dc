// The way to every place: views, lists, tags, the trash; and how it stands with the server.

import { useState } from "preact/hooks";
import * as deeds from "./deeds.js";
import { Icon, Logo, type IconName } from "./icons.js";
import { ListDialog } from "./later.js";
import { hashOf, samePlace, type Place } from "./route.js";
import { Status } from "./status.js";
import { useCounts, useLists, useQuery, useTasks, type List } from "./tasks.js";

interface Parts {
  place: Place;
  isOpen: boolean;
  onClose: () => void;
  /** Tasks as files, in and out. */
  onBring: () => void;
  onHelp: () => void;
  onSignOut: () => void;
}

export function Sidebar({ place, isOpen, onClose, onBring, onHelp, onSignOut }: Parts) {
  const lists = useLists();
  const counts = useCounts();
  const today = useQuery("completed = false AND due <= today()");
  const [isMaking, setMaking] = useState(false);
  const [live, archived] = [
    lists.filter((list) => !list.archived),
    lists.filter((list) => list.archived),
  ];
  const tags = [...counts.tags].sort(([one], [other]) => one.localeCompare(other));
  const link = (
    kind: "inbox" | "today" | "upcoming" | "done" | "trash",
    name: string,
    icon: IconName,
    count = 0,
  ) => (
    <PlaceLink
      to={{ kind }}
      place={place}
      name={name}
      count={count}
      icon={icon}
      takes={kind === "inbox" || kind === "today" ? kind : undefined}
      onGo={onClose}
    />
  );
  return (
    <nav class={isOpen ? "sidebar is-open" : "sidebar"} aria-label="Places">
      <div class="brand">
        <Logo />
        <span>tickbox</span>
        <button
          type="button"
          class="icon-button only-narrow"
          aria-label="Close the menu"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="places">
        <ul>
          {link("today", "Today", "today", today.length)}
          {link("upcoming", "Upcoming", "upcoming")}
          {link("inbox", "Inbox", "inbox", counts.lists.get(""))}
        </ul>
        <div class="places-head">
          <h2>Lists</h2>
          <button
            type="button"
            class="icon-button"
            aria-label="A new list"
            title="A new list"
            onClick={() => setMaking(true)}
          >
            <Icon name="plus" />
          </button>
        </div>
        <ul>
          {live.map((list) => (
            <ListLink
              key={list.id}
              list={list}
              lists={live}
              place={place}
              count={counts.lists.get(list.id)}
              onGo={onClose}
            />
          ))}
          {live.length === 0 && <li class="hint">No lists yet</li>}
        </ul>
        {archived.length > 0 && (
          <details>
            <summary>Archive</summary>
            <ul>
              {archived.map((list) => (
                <ListLink
                  key={list.id}
                  list={list}
                  lists={archived}
                  place={place}
                  count={undefined}
                  onGo={onClose}
                />
              ))}
            </ul>
          </details>
        )}
        {tags.length > 0 && (
          <div class="places-head">
            <h2>Tags</h2>
          </div>
        )}
        <ul>
          {tags.map(([tag, count]) => (
            <PlaceLink
              key={tag}
              to={{ kind: "tag", name: tag }}
              place={place}
              name={tag}
              count={count}
              icon="tag"
              onGo={onClose}
            />
          ))}
        </ul>
        <ul class="last">
          {link("done", "Completed", "check")}
          {link("trash", "Trash", "trash")}
          <li>
            <button
              type="button"
              class="place-link"
              onClick={() => {
                onClose();
                onBring();
              }}
            >
              <Icon name="file" />
              <span class="place-name">Import and export</span>
            </button>
          </li>
        </ul>
      </div>
      <Status onHelp={onHelp} onSignOut={onSignOut} />
      {isMaking && <ListDialog list={undefined} onClose={() => setMaking(false)} />}
    </nav>
  );
}

interface LinkParts {
  to: Place;
  place: Place;
  name: string;
  count: number | undefined;
  icon?: IconName;
  color?: string | undefined;
  /** What is dropped here. */
  takes?: string | undefined;
  onGo: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  title?: string;
}

function PlaceLink({
  to,
  place,
  name,
  count = 0,
  icon,
  color,
  takes,
  onGo,
  onKeyDown,
  title,
}: LinkParts) {
  const isHere = samePlace(to, place);
  return (
    <li>
      <a
        href={hashOf({ place: to })}
        class="place-link"
        aria-current={isHere ? "page" : undefined}
        data-takes={takes}
        title={title}
        draggable={false}
        onClick={onGo}
        onKeyDown={onKeyDown}
      >
        {icon ? <Icon name={icon} /> : <i class="dot" style={{ background: color ?? "" }} />}
        <span class="place-name">{name}</span>
        {count > 0 && (
          <span class="count">
            {count}
            <span class="hidden"> open</span>
          </span>
        )}
      </a>
    </li>
  );
}

function ListLink({
  list,
  lists,
  place,
  count,
  onGo,
}: {
  list: List;
  lists: readonly List[];
  place: Place;
  count: number | undefined;
  onGo: () => void;
}) {
  const { store } = useTasks();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const at = lists.findIndex(({ id }) => id === list.id);
    const other = lists[at + (event.key === "ArrowUp" ? -1 : 1)];
    if (other)
      deeds.attempt(() =>
        store.moveList(
          list.id,
          event.key === "ArrowUp" ? { before: other.id } : { after: other.id },
        ),
      );
  };
  return (
    <PlaceLink
      to={{ kind: "list", name: list.id }}
      place={place}
      name={list.name}
      count={count}
      color={list.color}
      takes={list.id}
      title="Alt+↑ and Alt+↓ move it"
      onGo={onGo}
      onKeyDown={onKeyDown}
    />
  );
}
