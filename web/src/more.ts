// What nobody needs to see their tasks: fetched when the first of the page stands.

import details from "./style/details.css";
import windows from "./style/later.css";

const sheet = new CSSStyleSheet();
sheet.replaceSync(details + windows);
document.adoptedStyleSheets.push(sheet);

export { Bring } from "./bring.js";
export { Details } from "./details.js";
export { follow } from "./drag.js";
export { Help } from "./help.js";
export { ListDialog } from "./list-dialog.js";
export { readLine } from "./quick.js";
export { Refused } from "./refused.js";
export { SignOut } from "./sign-out.js";
export { TrashView } from "./trash.js";
