// Sends what was written in one shared text and hears what others wrote: over its socket, or by asking and posting
// where sockets are refused. What the server has not said to be kept is kept here, over a reload too, and sent again.
import Y from "sweetspot/yjs";
import { letters, frame, read, SEND, VERDICT } from "sweetspot/wire";

// Milliseconds, and bytes.
const PAUSE = 150, PATIENCE = 10_000, OPENING = 4_000, SILENCE = 40_000, ASK = 2_500, LONGEST = 10_000, LATE = 3_000;
const AGAIN = 20_000, MOST_FRAME = 60_000, MOST_LEAVING = 40_000;
const REFUSED = [4401, 4403, 4404];
export const REMOTE = Symbol("from the server");

function stored(work) {
  try { return work(sessionStorage); } catch { return null; }
}

export class Exchange {
  /** `heard(what, more)`: "welcome", "standing" {mayWrite, closed}, "people" {count, names}, "state" (a word), "lost", "ended". */
  constructor({ id, epoch, doc, heard }) {
    Object.assign(this, { doc, heard, seq: 0, epoch, name: `unsent text ${epoch}`, url: `/texts/${id}` });
    Object.assign(this, { unsent: [], sent: null, number: 0, since: 0, sentAt: 0, blocked: 0, mark: "" });
    Object.assign(this, { socket: null, welcomed: false, asks: false, failures: 0, heardAt: Date.now(), openAt: 0, held: null, over: false });
    doc.on("update", (update, origin) => origin === REMOTE || this.wrote(update));
    this.stops = new AbortController();
    const on = (target, name, handle) => target.addEventListener(name, handle, { signal: this.stops.signal });
    on(window, "online", () => this.retry());
    on(document, "visibilitychange", () => (document.hidden ? this.keep() : this.retry()));
    on(window, "pagehide", () => this.leave());
    on(window, "beforeunload", (event) => this.mark === "unsaved" && event.preventDefault());
    this.timer = setInterval(() => this.tick(), 400);
    this.connect();
  }

  stop() {
    this.leave();
    this.over = true;
    this.stops.abort();
    clearInterval(this.timer);
    this.socket?.close();
  }

  connect() {
    if (this.over || this.socket) return;
    const url = new URL(`${this.url}/live?${this.position()}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url));
    [socket.binaryType, this.openedAt, this.live] = ["arraybuffer", Date.now(), false];
    socket.onmessage = ({ data }) => {
      this.heardAt = Date.now();
      if (typeof data !== "string" && socket === this.socket) this.hear(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => socket === this.socket && this.closed(code);
  }

  position() {
    return new URLSearchParams({ after: this.seq, epoch: this.epoch });
  }

  closed(code) {
    const before = this.live;
    Object.assign(this, { socket: null, live: false, sent: null });
    if (!this.asks) this.welcomed = false;
    if (REFUSED.includes(code) && !before) return this.end();
    this.failures = before ? 0 : this.failures + 1;
    // Where sockets are refused, asking goes on, and now and then a socket is tried.
    this.openAt = Date.now() + (this.asks ? AGAIN : Math.min(LONGEST, 250 * 2 ** this.failures)) * (0.6 + 0.8 * Math.random());
    if (this.failures > 1) this.ask();
  }

  retry() {
    if (!this.socket) this.connect();
  }

  tick() {
    const now = Date.now(), silent = this.live ? now - this.heardAt > SILENCE : now - this.openedAt > OPENING;
    if (this.socket && (silent || (this.live && this.sent && now - this.sentAt > PATIENCE))) this.drop();
    if (!this.socket && now >= this.openAt) this.connect();
    if (this.asks && !this.live && now - this.askedAt > ASK) this.ask();
    this.send();
    if (this.blocked === VERDICT.FULL) this.tell("full");
    else if (this.unsent.length && now - this.since > LATE) this.tell("unsaved");
    else if (!this.unsent.length) this.tell(this.live || now - this.heardAt < 2 * LATE ? "saved" : "away");
  }

  // A connection that is gone without a word may take minutes to say so.
  drop() {
    this.socket.onclose = null;
    this.socket.close();
    this.closed(1006);
  }

  tell(mark) {
    if (this.over || mark === this.mark) return;
    this.mark = mark;
    this.heard("state", mark);
  }

  hear(bytes) {
    const said = read(bytes);
    if (said.is === "welcome") this.welcome(said);
    else if (said.is === "news") this.take(said);
    else if (said.is === "verdict") this.judged(said);
    else if (said.is === "standing") this.stand(said);
    else if (said.is === "people") this.heard("people", said);
  }

  take({ seq, update }) {
    this.seq = seq;
    if (this.held) this.held.push(update);
    else Y.applyUpdate(this.doc, update, REMOTE);
  }

  /** While somebody composes a letter, nothing of others' is put in around it. */
  hold(on) {
    if (on) return void (this.held ??= []);
    const updates = this.held ?? [];
    this.held = null;
    for (const update of updates) Y.applyUpdate(this.doc, update, REMOTE);
  }

  welcome({ seq, mayWrite, closed, vector, update }, asked = false) {
    const first = !this.begun;
    Object.assign(this, { begun: true, welcomed: true, failures: 0 });
    if (!asked) Object.assign(this, { live: true, asks: false });
    this.take({ seq, update });
    if (first) this.restore();
    // Of what it does not know, our own is on its way anyway; more is what a backup that was put back has lost.
    const known = Y.decodeStateVector(vector);
    if ([...Y.decodeStateVector(Y.encodeStateVector(this.doc))].some(([writer, clock]) => clock > (known.get(writer) ?? 0))) {
      this.unsent = [Y.encodeStateAsUpdate(this.doc, vector)];
      this.since ||= Date.now();
    }
    if (first) this.heard("welcome");
    this.stand({ mayWrite, closed });
    this.send();
  }

  stand({ mayWrite, closed }) {
    this.blocked = mayWrite ? 0 : VERDICT.CLOSED;
    this.heard("standing", { mayWrite, closed });
    if (!mayWrite && this.unsent.length) this.lose();
  }

  // It was closed before the last words came in. They stay on this screen and nowhere else.
  lose() {
    this.unsent = [];
    this.keep();
    this.heard("lost");
  }

  wrote(update) {
    this.unsent.push(update);
    this.since ||= Date.now();
    if (!this.mark || this.mark === "saved") this.tell("saving");
    if (this.blocked === VERDICT.FULL) this.blocked = 0;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), PAUSE);
    this.send();
  }

  async send() {
    if (!this.welcomed || this.sent || !this.unsent.length || this.blocked || this.over) return;
    const now = Date.now();
    if (now - this.sentAt < PAUSE) {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.send(), PAUSE);
      return;
    }
    const update = Y.mergeUpdates(this.unsent), number = (this.number += 1);
    this.unsent = [update];
    Object.assign(this, { sent: { number, count: 1 }, sentAt: now });
    if (this.live && update.length < MOST_FRAME) return this.socket.send(frame(SEND, number, update));
    const said = await this.post(update);
    if (this.sent?.number !== number) return;
    if (said) return this.judged({ ...said, number });
    this.sent = null;
    this.sentAt = now + ASK;
  }

  judged({ number, verdict }) {
    if (number !== this.sent?.number) return;
    const { count } = this.sent;
    this.sent = null;
    if (verdict === VERDICT.KEPT) {
      this.unsent.splice(0, count);
      this.since = this.unsent.length ? Date.now() : 0;
      if (!this.since) this.tell("saved");
      this.keep();
      this.send();
    } else if (verdict === VERDICT.FULL) {
      this.blocked = verdict;
    } else if (verdict === VERDICT.CLOSED) {
      this.stand({ mayWrite: false, closed: true });
    } else if (verdict === VERDICT.BUSY) {
      this.sentAt = Date.now() + ASK * Math.random();
    } else if (verdict === VERDICT.UNREADABLE) {
      this.blocked = verdict;
      this.lose();
    } else {
      // Something is missing over there, or we may not: asked anew from the beginning, the server says which.
      this.seq = 0;
      this.sentAt = Date.now() + ASK;
      this.socket?.close();
    }
  }

  async post(update, keepalive = false) {
    const body = new URLSearchParams({ update: letters(update) });
    const answer = await this.fetch(`${this.url}/updates`, { method: "POST", body, keepalive });
    return answer && read(answer);
  }

  async ask() {
    [this.asks, this.askedAt] = [true, Date.now()];
    const answer = await this.fetch(`${this.url}/changes?${this.position()}`);
    if (!answer || this.live || this.over) return;
    this.heardAt = Date.now();
    this.welcome(read(answer), true);
  }

  /** The bytes of an answer; null: none came, or this reader may not have one. */
  async fetch(url, more = {}) {
    try {
      const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...more });
      if (answer.redirected || [401, 403, 404].includes(answer.status)) return void this.end();
      return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
    } catch {
      return null;
    }
  }

  end() {
    if (this.over) return;
    this.heard("ended");
    this.stop();
  }

  keep() {
    clearTimeout(this.keeping);
    if (this.over) return;
    stored((storage) => (this.unsent.length ? storage.setItem(this.name, letters(Y.mergeUpdates(this.unsent))) : storage.removeItem(this.name)));
  }

  restore() {
    const kept = stored((storage) => storage.getItem(this.name));
    if (!kept) return;
    const update = Uint8Array.from(atob(kept), (unit) => unit.charCodeAt(0));
    Y.applyUpdate(this.doc, update, REMOTE);
    this.unsent.unshift(update);
    this.since = Date.now();
  }

  leave() {
    if (this.over || !this.unsent.length) return;
    this.keep();
    const update = Y.mergeUpdates(this.unsent);
    if (this.begun && update.length < MOST_LEAVING) this.post(update, true);
  }
}
