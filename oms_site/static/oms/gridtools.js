/* The menu in the header of a grid's panel: grouped by what, what is shown as a file, which columns. */

import { element } from "./format.js";
import { say } from "./say.js";

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** `groups` are [field, word] to group by. */
export function addTools(panel, grid, name, groups) {
  const box = element("div", "", "tools");
  box.append(menu(grid, name, [grouping(grid, name, groups), exporting(grid, name)]));
  panel.querySelector("header").append(box);
}

function menu(grid, name, tools) {
  const chooser = element("details", "", "chooser");
  const choices = element("div", "", "choices");
  const list = element("div", "", "columns");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", `Columns of ${name}`);
  const summary = element("summary", "View");
  summary.title = `Columns, groups and file of ${name}`;
  choices.append(...tools, list);
  chooser.append(summary, choices);
  chooser.addEventListener("toggle", () => {
    if (!chooser.open) return;
    list.replaceChildren(...grid.columns.map(({ field, title, visible }) => {
      const label = element("label");
      const box = element("input");
      box.type = "checkbox";
      box.checked = visible;
      box.addEventListener("change", () => grid.column(field, box.checked));
      label.append(box, ` ${title}`);
      return label;
    }));
  });
  chooser.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    chooser.open = false;
    summary.focus();
  });
  document.addEventListener("pointerdown", (event) => { if (!chooser.contains(event.target)) chooser.open = false; });
  return chooser;
}

function grouping(grid, name, groups) {
  const select = element("select");
  select.setAttribute("aria-label", `Group ${name} by`);
  select.append(new Option("not grouped", ""), ...groups.map(([field, word]) => new Option(`by ${word}`, field)));
  select.addEventListener("change", () => grid.group(select.value));
  grid.addEventListener("arranged", () => { select.value = grid.arrangement.group; });
  return select;
}

function exporting(grid, name) {
  const button = element("button", "CSV", "plain");
  button.type = "button";
  button.title = `The ${name} that are shown, as a file`;
  button.addEventListener("click", () => {
    const sheet = grid.sheet();
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([sheet.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}Z.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
    say(`${sheet.length - 1} rows written to ${link.download}`);
  });
  return button;
}

/* A text that a spreadsheet would take for a formula is told apart by an apostrophe; numbers stay numbers. */
function cell(value) {
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
