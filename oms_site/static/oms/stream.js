/* The sequenced stream: subscribe, follow, notice what is missing, come back after a loss and go on where it was. */

const PING_EVERY = 2000;
const SILENT_AFTER = 3500;
const DEAD_AFTER = 9000;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;
const AGAIN_AFTER = 1000;
/* The server closes who sends more than a hundred frames a second: a long watch list is asked for in steps. */
const FRAMES = 80, WHILE = 1000;
const RESUMES = new Set(["orders", "executions"]);

export class Stream extends EventTarget {
  /* state: connecting, live, silent (connected, but nothing heard), lost (waiting to reconnect), signed-out, forbidden */
  state = "connecting";
  #url;
  #socket = null;
  #places = new Map();
  #heard = performance.now();
  #attempt = 0;
  #timer = 0;
  #pinged = 0;
  #waiting = [];
  #sent = [];
  #flushing = 0;

  constructor(url) {
    super();
    this.#url = url;
    setInterval(() => this.#beat(), 500);
    addEventListener("online", () => this.#soon(0));
    document.addEventListener("visibilitychange", () => document.hidden || (this.state === "lost" && this.#soon(0)));
  }

  /** Seconds since anything was heard. */
  get silence() {
    return (performance.now() - this.#heard) / 1000;
  }

  open() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#drop();
    this.#waiting = [];
    this.#sent = [];
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = (event) => socket === this.#socket && this.#take(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  /** Follow a (channel, key); `handlers` has snapshot(data), update(data) and may have error(data). Returns a function that ends it. */
  follow(channel, key, handlers) {
    const name = `${channel} ${key}`;
    const place = { channel, key, handlers, last: null, asked: false };
    this.#places.set(name, place);
    this.#subscribe(place);
    return () => {
      if (this.#places.get(name) !== place) return;
      this.#places.delete(name);
      this.#send({ op: "unsubscribe", channel, key });
    };
  }

  #opened() {
    this.#heard = performance.now();
    for (const place of this.#places.values()) this.#subscribe(place);
    this.#send({ op: "ping" });
  }

  #subscribe(place) {
    const frame = { op: "subscribe", channel: place.channel, key: place.key };
    if (place.last !== null && RESUMES.has(place.channel)) frame.from_seq = place.last + 1;
    place.asked = this.#send(frame);
  }

  #send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#waiting.push(frame);
    this.#flush();
    return true;
  }

  #flush() {
    const now = performance.now();
    while (this.#sent.length && now - this.#sent[0] >= WHILE) this.#sent.shift();
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    while (this.#waiting.length && this.#sent.length < FRAMES) {
      this.#socket.send(JSON.stringify(this.#waiting.shift()));
      this.#sent.push(now);
    }
    clearTimeout(this.#flushing);
    if (this.#waiting.length) this.#flushing = setTimeout(() => this.#flush(), WHILE - (now - this.#sent[0]));
  }

  #take(frame) {
    this.#heard = performance.now();
    this.#attempt = 0;
    this.#become("live");
    if (frame.type === "pong") return;
    const place = this.#places.get(`${frame.channel} ${frame.key}`);
    if (place) this.#apply(place, frame);
  }

  #apply(place, frame) {
    if (frame.type === "snapshot") {
      place.asked = false;
      place.last = frame.seq;
      place.handlers.snapshot(frame.data);
    } else if (frame.type === "update") {
      if (place.last !== null && frame.seq <= place.last) return;
      if (place.last === null || frame.seq > place.last + 1) {
        if (!place.asked) this.#subscribe(place);
        return;
      }
      place.asked = false;
      place.last = frame.seq;
      place.handlers.update(frame.data);
    } else if (frame.type === "error") {
      this.#refused(place, frame.data);
    }
  }

  #refused(place, data) {
    if (data.code === "from_seq_ahead") {
      place.last = null;
      this.#subscribe(place);
    } else if (data.code === "unavailable") {
      setTimeout(() => this.#places.get(`${place.channel} ${place.key}`) === place && this.#subscribe(place), AGAIN_AFTER);
    } else {
      this.#places.delete(`${place.channel} ${place.key}`);
      place.handlers.error?.(data);
    }
  }

  #closed(code) {
    this.#socket = null;
    if (code === 4401) this.#become("signed-out");
    else if (code === 4403) this.#become("forbidden");
    else {
      this.#become("lost");
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempt) * (0.75 + Math.random() / 2);
      this.#attempt += 1;
      this.#soon(code === 4429 ? Math.max(wait, LONGEST_WAIT) : wait);
    }
  }

  #soon(wait) {
    if (this.#socket && wait === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #drop() {
    const old = this.#socket;
    this.#socket = null;
    old?.close();
  }

  #beat() {
    if (!this.#socket) return;
    const quiet = performance.now() - this.#heard;
    if (quiet > DEAD_AFTER) {
      this.#drop();
      this.#closed(1006);
    } else if (quiet > SILENT_AFTER && this.state === "live") {
      this.#become("silent");
    } else if (quiet > PING_EVERY / 2 && performance.now() - this.#pinged > PING_EVERY) {
      this.#pinged = performance.now();
      this.#send({ op: "ping" });
    }
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
