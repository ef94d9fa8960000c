// SPDX-License-Identifier: Apache-2.0

import { linkParts } from "../links.js";
import { paragraphs } from "../rooms.js";
import { element } from "./elements.js";

/** @typedef {import("../chat-log.js").ChatLine} ChatLine */

/** Older lines leave the page. */
const LINES = 200;
const NOT_SENT = "Not sent: the connection is being restored. Try again in a moment.";

/** The chat. What people write is only ever text. */
export class ChatPanel {
  #scroll = element("chat-scroll", HTMLElement);
  #lines = element("chat-lines", HTMLOListElement);
  #text = element("chat-text", HTMLTextAreaElement);
  #problem = element("chat-problem", HTMLElement);
  #empty = element("chat-empty", HTMLElement);
  #send;

  /**
   * @param {(text: string) => boolean} send
   * @param {AbortSignal} signal
   */
  constructor(send, signal) {
    this.#send = send;
    element("send-chat", HTMLButtonElement).addEventListener("click", () => this.#submit(), { signal });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    }, { signal });
    this.clear();
  }

  clear() {
    this.#lines.replaceChildren();
    this.#text.value = this.#problem.textContent = "";
    this.#empty.hidden = false;
  }

  opened() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  /** @param {ChatLine} line */
  add({ name, text, own, time }) {
    const item = document.createElement("li");
    item.dataset.own = String(own);
    const head = part("p", "chat-head");
    const bold = document.createElement("bdi");
    bold.textContent = own ? "You" : name;
    const clock = document.createElement("time");
    clock.dateTime = time.toISOString();
    clock.textContent = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    head.append(bold, clock);
    const body = part("p", "chat-body");
    body.dir = "auto";
    body.append(...linkParts(text).map(render));
    item.append(head, body);
    this.#append(item);
  }

  /** @param {HTMLElement} item */
  #append(item) {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroll;
    const wasAtEnd = scrollTop + clientHeight >= scrollHeight - 40;
    this.#lines.append(item);
    while (this.#lines.childElementCount > LINES) this.#lines.firstElementChild?.remove();
    this.#empty.hidden = true;
    // Who reads further up stays there.
    if (wasAtEnd) this.opened();
  }

  #submit() {
    const text = paragraphs(this.#text.value);
    if (text === "") return;
    const sent = this.#send(text);
    this.#problem.textContent = sent ? "" : NOT_SENT;
    if (sent) this.#text.value = "";
  }
}

/** @param {import("../links.js").Part} part */
function render({ text, href }) {
  if (!href) return document.createTextNode(text);
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

/**
 * @param {string} tag
 * @param {string} className
 */
function part(tag, className) {
  return Object.assign(document.createElement(tag), { className });
}
