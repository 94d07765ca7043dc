// The page: shows what `Tasks` knows, and passes on what the user does.
import { Tasks } from "./tasks.mjs";

const $ = (id) => document.getElementById(id);
const { tickbox } = await (await fetch("/config.json")).json();
const tasks = new Tasks({ tickbox });

// Runs what the user asked for, and shows the outcome or what went wrong.
async function run(action) {
  $("problem").textContent = "";
  try {
    await action();
    await show();
  } catch (error) {
    $("problem").textContent = error instanceof TypeError ? `${tickbox} cannot be reached` : error.message;
  }
}

async function show() {
  const { user } = tasks;
  $("sign-in").hidden = user !== null;
  $("tasks").hidden = user === null;
  $("who").textContent = user?.email ?? "";
  const list = user ? await tasks.list() : [];
  $("list").replaceChildren(...list.map(row));
  const open = list.filter((task) => !task.completed).length;
  $("count").textContent = list.length === 0 ? "Nothing to do." : `${open} of ${list.length} to do`;
}

function row(task) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const box = document.createElement("input");
  const title = document.createElement("span");
  const remove = document.createElement("button");
  box.type = "checkbox";
  box.checked = task.completed;
  box.onchange = () => run(() => tasks.complete(task, box.checked));
  title.textContent = task.title;
  remove.type = "button";
  remove.textContent = "×";
  remove.ariaLabel = `Delete “${task.title}”`;
  remove.onclick = () => run(() => tasks.delete(task));
  label.append(box, title);
  item.append(label, remove);
  return item;
}

$("sign-in").onsubmit = (event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(event.target));
  const isNew = event.submitter?.value === "up";
  run(() => (isNew ? tasks.signUp(email, password) : tasks.signIn(email, password)));
};
$("new").onsubmit = (event) => {
  event.preventDefault();
  const { title } = Object.fromEntries(new FormData(event.target));
  event.target.reset();
  run(() => tasks.create(title));
};
$("sign-out").onclick = () => run(() => tasks.signOut());

run(() => tasks.resume());
