/* A line of the last minute in a table cell: the middle of the quotes, one point a second at most.

Until a minute is known, what is known takes the whole width; a few points would only be a stroke. */

const POINTS = 60;
const FEWEST = 6;
const WIDTH = 60, HEIGHT = 16;
const EVERY = 1000;
const SVG = "http://www.w3.org/2000/svg";

export class Spark {
  #middles = [];
  #taken = -Infinity;
  #line = document.createElementNS(SVG, "polyline");

  constructor(cell) {
    const picture = document.createElementNS(SVG, "svg");
    for (const [name, value] of [["viewBox", `0 0 ${WIDTH} ${HEIGHT}`], ["width", WIDTH], ["height", HEIGHT], ["aria-hidden", "true"]]) picture.setAttribute(name, value);
    picture.append(this.#line);
    cell.append(picture);
  }

  /** `middle` is a BigInt; only its way matters, so it is drawn as a fraction of what was seen. */
  take(middle) {
    const now = performance.now();
    if (now - this.#taken < EVERY && this.#middles.length > 1) this.#middles.pop();
    else this.#taken = now;
    this.#middles.push(middle);
    if (this.#middles.length > POINTS) this.#middles.shift();
    this.#draw();
  }

  #draw() {
    if (this.#middles.length < FEWEST) return;
    const low = this.#middles.reduce((least, one) => (one < least ? one : least));
    const high = this.#middles.reduce((most, one) => (one > most ? one : most));
    const height = (one) => (high === low ? HEIGHT / 2 : HEIGHT - 1 - Number(((one - low) * 1000n) / (high - low)) * (HEIGHT - 2) / 1000);
    const step = WIDTH / (this.#middles.length - 1);
    this.#line.setAttribute("points", this.#middles.map((one, at) => `${(at * step).toFixed(1)},${height(one).toFixed(1)}`).join(" "));
  }
}
