// Drawings that only those parts of the page have which are fetched later.

import { Drawing } from "./icons.js";

const PATHS = {
  all: "M3.5 5.5h.01M3.5 10h.01M3.5 14.5h.01M7 5.5h9.5M7 10h9.5M7 14.5h9.5",
  up: "M10 16V4M10 4 5.5 8.5M10 4l4.5 4.5",
  down: "M10 4v12M10 16l-4.5-4.5M10 16l4.5-4.5",
  indent: "M3 5h14M9 10h8M9 15h8M3 9.5v6l3-3z",
  outdent: "M3 5h14M9 10h8M9 15h8M6 9.5v6l-3-3z",
  history: "M4 10a6 6 0 1 1 1.8 4.3M4 10 2.4 8.2M4 10l1.9-1.7M10 7v3.3l2.2 1.4",
  restore: "M10 16V6m0 0L6 10m4-4 4 4M4 3.5h12",
} as const;

export const WindowIcon = ({ name }: { name: keyof typeof PATHS }) => <Drawing path={PATHS[name]} />;
