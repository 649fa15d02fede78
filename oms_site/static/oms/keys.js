/* Hot keys of the page; `?` lists them. Single letters work everywhere but in fields. */

import { element } from "./format.js";

const dialog = document.getElementById("keys-dialog");
const typing = (target) => target.matches?.("input, select, textarea") || target.isContentEditable;

/** `keys`: [[key, what it does, function], …]; a row without a function is only listed. */
export function bindKeys(keys) {
  const list = document.getElementById("keys-list");
  for (const [key, does] of keys) {
    list.append(element("dt"), element("dd", does));
    list.querySelector("dt:last-of-type").append(...key.split(" ").map((one) => element("kbd", one)));
  }
  const acts = new Map(keys.filter(([, , act]) => act).map(([key, , act]) => [key.replace("Shift+", "").length === 1 && key.startsWith("Shift+") ? key.slice(6).toUpperCase() : key, act]));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key !== "Escape" && typing(event.target)) return;
    const act = acts.get(event.key === "Escape" ? "Esc" : event.key);
    if (!act) return;
    event.preventDefault();
    act(event);
  });
  document.getElementById("keys").addEventListener("click", () => dialog.showModal());
}

export const showKeys = () => dialog.showModal();
