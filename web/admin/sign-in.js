// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { isSendable } from "./api.js";
import { setText } from "./dom.js";

/** Asks for the token. */
export class SignIn {
  #form = element("sign-in", HTMLFormElement);
  #field = element("token", HTMLInputElement);
  #problem = element("sign-in-problem", HTMLElement);
  #button = element("enter", HTMLButtonElement);

  /** @param {(token: string) => void} onToken */
  constructor(onToken) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isBusy) return;
      const token = this.#field.value.trim();
      if (!token) return this.show("Type the token first.");
      if (!isSendable(token)) return this.show("A token has no spaces and only plain letters, digits and signs.");
      this.#setBusy(true);
      onToken(token);
    });
  }

  get #isBusy() {
    return this.#button.getAttribute("aria-disabled") === "true";
  }

  /** @param {string} problem a sentence, or "" */
  show(problem) {
    this.#setBusy(false);
    this.#form.hidden = false;
    this.#field.setAttribute("aria-invalid", String(problem !== ""));
    setText(this.#problem, problem);
    this.#field.focus();
    this.#field.select();
  }

  hide() {
    this.#setBusy(false);
    this.#form.hidden = true;
    this.#field.value = "";
    setText(this.#problem, "");
  }

  /** @param {boolean} isBusy not disabled: the focus would be lost */
  #setBusy(isBusy) {
    this.#button.setAttribute("aria-disabled", String(isBusy));
    if (isBusy) setText(this.#problem, "");
    setText(this.#button, isBusy ? "Signing in…" : "Sign in");
  }
}
