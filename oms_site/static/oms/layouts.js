/* Named layouts of the page: where the panels are and how each grid is arranged. Kept in this browser, for each user apart. */

import { say } from "./say.js";

export const ARRANGEMENTS = [["trading", "Trading"], ["orders", "Orders first"], ["prices", "Prices first"]];

export class Layouts {
  #desk = document.querySelector(".desk");
  #select = document.getElementById("layout");
  #store = `layouts:${document.body.dataset.user}`;
  #dialog = document.getElementById("layout-dialog");

  /** `grids` by name: whatever has an `arrangement` and can `arrange`. */
  constructor(grids) {
    this.grids = grids;
    this.#select.addEventListener("change", () => this.use(this.#select.value));
    document.getElementById("layout-save").addEventListener("click", () => this.#ask());
    document.getElementById("layout-forget").addEventListener("click", () => this.#forget());
    this.#dialog.addEventListener("close", () => this.#dialog.returnValue === "save" && this.save(document.getElementById("layout-name").value.trim()));
    this.#list();
    const last = this.#read().last;
    if (last) this.use(last);
  }

  use(name) {
    const kept = this.#read();
    const layout = kept.named[name] ?? { desk: ARRANGEMENTS.some(([known]) => known === name) ? name : "trading", grids: {} };
    this.#desk.dataset.arrangement = layout.desk;
    for (const [key, grid] of Object.entries(this.grids)) if (layout.grids[key]) grid.arrange(layout.grids[key]);
    this.#write({ ...kept, last: name });
    this.#select.value = name;
    document.getElementById("layout-forget").disabled = !(name in kept.named);
  }

  next() {
    const names = [...this.#select.options].map((option) => option.value);
    this.use(names[(names.indexOf(this.#select.value) + 1) % names.length]);
    say(`Layout ${this.#select.selectedOptions[0].textContent}`);
  }

  save(name) {
    if (!name) return;
    const kept = this.#read();
    const grids = Object.fromEntries(Object.entries(this.grids).map(([key, grid]) => [key, grid.arrangement]));
    kept.named[name] = { desk: this.#desk.dataset.arrangement ?? "trading", grids };
    this.#write({ ...kept, last: name });
    this.#list();
    this.use(name);
    say(`Layout ${name} saved`);
  }

  #ask() {
    const name = this.#select.value;
    document.getElementById("layout-name").value = name in this.#read().named ? name : "";
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  #forget() {
    const kept = this.#read();
    delete kept.named[this.#select.value];
    this.#write({ ...kept, last: "trading" });
    this.#list();
    this.use("trading");
  }

  #list() {
    const own = Object.keys(this.#read().named).sort();
    this.#select.replaceChildren(...ARRANGEMENTS.map(([name, word]) => new Option(word, name)), ...own.map((name) => new Option(name, name)));
  }

  /* What another version of this page has left, or somebody wrote there, is as if nothing was. */
  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#store) ?? "{}");
      return { named: { ...kept.named }, last: typeof kept.last === "string" ? kept.last : "" };
    } catch {
      return { named: {}, last: "" };
    }
  }

  #write(kept) {
    localStorage.setItem(this.#store, JSON.stringify(kept));
  }
}
