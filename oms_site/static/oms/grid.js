/* A Tabulator grid as this page uses them: rows by id, newest on top, gathered updates, one current row that the keyboard moves. */

import { words } from "./format.js";

const Tabulator = globalThis.Tabulator;
const DESIGNED = 12.5; // the font's size, in pixels, that columns are told widths for

export class Grid extends EventTarget {
  #table;
  #rows = new Map();
  #dirty = new Set();
  #gone = new Set();
  #inTable = new Set();
  #ready = false;
  #busy = false;
  #filter = null;
  #filtered = false;
  #newest = "";
  #group = "";
  #element;
  current = null;

  /** A `rowHeight` of false lets rows grow with their text. `keys` maps key names to functions of the current row; Enter is `keys.Enter`. */
  constructor(element, { columns, label, empty, keys = {}, index = "id", rowHeight = 24 }) {
    super();
    this.#element = element;
    this.index = index;
    const wider = parseFloat(getComputedStyle(element).fontSize) / DESIGNED;
    const scaled = (column) => ({ ...column, ...Object.fromEntries(["width", "minWidth"].filter((name) => column[name]).map((name) => [name, column[name] * wider])) });
    this.#table = new Tabulator(element, {
      index,
      columns: columns.map(scaled),
      layout: "fitColumns",
      height: "100%",
      rowHeight: rowHeight && Math.round(rowHeight * wider),
      placeholder: empty,
      renderVerticalBuffer: 4 * (rowHeight || 24), // rows beyond the edge are built anew with every order: a few do for scrolling
      movableColumns: true,
      columnDefaults: { headerSortTristate: true, minWidth: 40, resizable: "header" },
      groupHeader: (value, count) => `${words(String(value))}, ${count}`,
      rowFormatter: (row) => this.#format(row),
    });
    this.#table.on("tableBuilt", () => { this.#ready = true; this.#label(label); this.#flush(); });
    this.#table.on("renderComplete", () => this.#tellEmpty());
    this.#table.on("rowClick", (event, row) => event.target.closest("button") || this.choose(row.getData()[index]));
    element.tabIndex = 0;
    element.addEventListener("keydown", (event) => this.#key(event, keys));
    new ResizeObserver(() => this.#ready && element.offsetParent && this.#table.redraw()).observe(element);
  }

  get size() { return this.#rows.size; }
  get(id) { return this.#rows.get(id); }
  values() { return [...this.#rows.values()]; }

  put(row) {
    this.#rows.set(row[this.index], row);
    this.#gone.delete(row[this.index]);
    this.#dirty.add(row[this.index]);
    this.#soon();
  }

  remove(id) {
    if (!this.#rows.delete(id)) return;
    this.#dirty.delete(id);
    this.#gone.add(id);
    this.#soon();
  }

  /** Show only rows for which `keep(row)` is true. */
  show(keep) {
    this.#filter = keep;
    this.#filtered = this.#ready;
    if (this.#ready) this.#table.setFilter(keep);
  }

  /** Show or hide a column, for example the account where there is only one. */
  column(field, on) {
    const apply = () => {
      if (on) this.#table.showColumn(field);
      else this.#table.hideColumn(field);
      this.#table.redraw(true);
    };
    if (this.#ready) apply();
    else this.#table.on("tableBuilt", apply);
  }

  /** What a reader arranged: columns in order with width and visibility, sorting, grouping. */
  get arrangement() {
    const columns = this.#table.getColumnLayout().map(({ field, width, visible }) => ({ field, width, visible }));
    const sort = this.#table.getSorters().map(({ field, dir }) => ({ column: field, dir }));
    return { columns, sort, group: this.#group };
  }

  arrange({ columns, sort, group }) {
    const apply = () => {
      if (columns) this.#table.setColumnLayout(columns.map(({ field, width, visible = true }) => ({ field, width, visible })));
      if (sort?.length) this.#table.setSort(sort);
      else this.#table.clearSort();
      this.group(group ?? "");
    };
    if (this.#ready) apply();
    else this.#table.on("tableBuilt", apply);
  }

  /** [{field, title, visible}] of the columns that have a title. */
  get columns() {
    return this.#table.getColumns().map((column) => ({ field: column.getField(), title: column.getDefinition().title, visible: column.isVisible() }))
      .filter(({ title }) => title);
  }

  /** Rows in groups of one value of `field`, with the number in each; "" for no groups. */
  group(field) {
    this.#group = field;
    this.#table.setGroupBy(field || false);
    this.dispatchEvent(new Event("arranged"));
  }

  /** What is shown now, in its order, as [titles, ...rows] of the rows' own values. */
  sheet() {
    const shown = this.#table.getColumns().filter((column) => column.isVisible() && column.getDefinition().title);
    const fields = shown.map((column) => column.getField());
    return [shown.map((column) => column.getDefinition().title), ...this.visible().map((row) => fields.map((field) => row[field] ?? ""))];
  }

  redraw() { if (this.#ready) this.#table.redraw(true); }

  visible() { return this.#ready ? this.#table.getRows("active").map((row) => row.getData()) : []; }

  choose(id) {
    const before = this.current;
    this.current = id;
    for (const key of [before, id]) if (this.#inTable.has(key)) this.#table.getRow(key).reformat();
  }

  focus() { this.#element.focus(); }

  /* What scrolls takes the focus too, so it is told as the group of rows it holds. */
  #label(label) {
    this.#element.setAttribute("aria-label", label);
    this.#element.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
    this.#element.querySelector(".tabulator-table").setAttribute("role", "none");
  }

  /* What stands in place of rows is told as the one row there is. */
  #tellEmpty() {
    const empty = this.#element.querySelector(".tabulator-placeholder");
    empty?.setAttribute("role", "row");
    empty?.firstElementChild?.setAttribute("role", "gridcell");
  }

  /** Whether keys typed on `target` are the grid's: not those of a button or a field in it. */
  #own(target) { return target === this.#element || target.classList.contains("tabulator-tableholder"); }

  #format(row) {
    const data = row.getData();
    const element = row.getElement();
    element.classList.toggle("current", data[this.index] === this.current);
    if (data.status) element.dataset.status = data.status;
  }

  #soon() {
    if (this.#ready && !this.#busy) {
      this.#busy = true;
      requestAnimationFrame(() => this.#flush());
    }
  }

  async #flush() {
    this.#busy = true;
    while (this.#dirty.size || this.#gone.size) {
      const gone = [...this.#gone].filter((id) => this.#inTable.delete(id));
      const dirty = [...this.#dirty].map((id) => this.#rows.get(id));
      this.#gone.clear();
      this.#dirty.clear();
      if (gone.length) await this.#table.deleteRow(gone);
      const known = dirty.filter((row) => this.#inTable.has(row[this.index]));
      const fresh = dirty.filter((row) => !this.#inTable.has(row[this.index]));
      for (const row of fresh) this.#inTable.add(row[this.index]);
      if (known.length) await this.#table.updateData(known);
      if (fresh.length) await this.#add(fresh);
      if (this.#filtered) this.#table.refreshFilter();
    }
    if (this.#filter && !this.#filtered) this.show(this.#filter);
    this.#busy = false;
  }

  /** Ids rise with time: what is newer than anything shown goes on top, what a snapshot brings of older things goes below. */
  async #add(fresh) {
    const rows = fresh.reverse();
    const newer = rows.filter((row) => row[this.index] > this.#newest);
    const older = rows.filter((row) => row[this.index] <= this.#newest);
    for (const row of newer) if (row[this.index] > this.#newest) this.#newest = row[this.index];
    if (!this.#table.getDataCount()) return this.#table.setData(rows);
    if (older.length) await this.#table.addData(older, false);
    if (newer.length) await this.#table.addData(newer, true);
    return undefined;
  }

  #key(event, keys) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = this.visible();
    const at = shown.findIndex((row) => row[this.index] === this.current);
    const moves = { ArrowDown: at + 1, ArrowUp: Math.max(at - 1, 0), Home: 0, End: shown.length - 1, PageDown: at + 10, PageUp: Math.max(at - 10, 0) };
    if (event.key in moves && this.#own(event.target)) {
      event.preventDefault();
      const row = shown[Math.min(moves[event.key], shown.length - 1)];
      if (!row) return;
      this.choose(row[this.index]);
      this.#table.scrollToRow(row[this.index], "nearest", false).catch(() => undefined);
    } else if (event.key in keys && at >= 0 && this.#own(event.target)) {
      event.preventDefault();
      event.stopPropagation();
      keys[event.key](shown[at]);
    }
  }
}
