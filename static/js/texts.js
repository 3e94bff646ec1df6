// <shared-text>: a text area that several people write in at once. Made by templates/components/shared_text.html, which
// loads this; other pages do not. Until the server has welcomed us it is what it is without scripts: to be read.
import { bind } from "sweetspot/carets";
import { Exchange } from "sweetspot/exchange";
import Y from "sweetspot/yjs";

// Milliseconds after the last key in which a letter that is being composed is not disturbed.
const COMPOSING = 2_000;

class SharedText extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector(".shared-text-words");
    this.doc = new Y.Doc();
    this.text = this.doc.getText("text");
    const { text: id, epoch } = this.dataset;
    this.exchange = new Exchange({ id, epoch, doc: this.doc, heard: (what, more) => this[what](more) });
    this.area.addEventListener("compositionstart", this);
    this.area.addEventListener("compositionend", this);
  }

  handleEvent({ type }) {
    this.composing = type === "compositionstart";
    if (this.composing) this.hold();
    else this.release();
  }

  disconnectedCallback() {
    this.exchange.stop();
    this.unbind?.();
    this.area.removeEventListener("compositionstart", this);
    this.area.removeEventListener("compositionend", this);
    clearTimeout(this.waiting);
    this.doc.destroy();
  }

  hold() {
    this.exchange.hold(true);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.release(), COMPOSING);
  }

  release() {
    clearTimeout(this.waiting);
    // The letter that ends a composition is told of after this, in an event of its own.
    setTimeout(() => this.exchange.hold(false));
  }

  welcome() {
    this.unbind = bind(this.area, this.text, () => this.composing && this.hold());
    this.dataset.live = "";
  }

  standing({ mayWrite, closed }) {
    this.area.readOnly = !mayWrite || this.said === "lost";
    this.toggleAttribute("data-closed", closed);
    if (closed && this.said !== "lost") this.say("closed");
    else if (this.said === "closed") this.say("saved");
  }

  state(word) {
    if (this.said !== "closed" && this.said !== "lost") this.say(word);
  }

  lost() {
    this.unbind?.();
    this.area.readOnly = true;
    this.say("lost");
  }

  ended() {
    this.unbind?.();
    this.area.readOnly = true;
    this.say("ended");
  }

  people({ count, names }) {
    const { named, counted } = this.dataset;
    const shown = names.length ? named.replace("%(names)s", names.join(", ")) : counted.replace("%(count)s", count);
    this.querySelector(".shared-text-people").textContent = count ? shown : "";
  }

  // The words are the server's. What is fine needs none; html-like attributes say it to styles and tests.
  say(word) {
    this.said = this.dataset.state = word;
    const words = this.dataset[`when${word[0].toUpperCase()}${word.slice(1)}`] ?? "";
    const line = this.querySelector(".shared-text-state");
    if (line.textContent !== words) line.textContent = words;
  }
}

customElements.define("shared-text", SharedText);
