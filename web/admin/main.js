// SPDX-License-Identifier: Apache-2.0

import { systemClock } from "../clock.js";
import { element } from "../ui/elements.js";
import { AdminAPI } from "./api.js";
import { setText } from "./dom.js";
import { AdminPage } from "./page.js";
import { SignIn } from "./sign-in.js";
import { sessionStore } from "./token-store.js";
import { Watch } from "./watch.js";
import { signInSentence, troubleSentence } from "./words.js";

/** What another try with the same token will not mend. */
const HOPELESS = ["unauthorized", "missing"];

const store = sessionStore();
const signOut = element("sign-out", HTMLButtonElement);
const trouble = element("trouble", HTMLElement);
const signIn = new SignIn((token) => begin(token, true));
/** @type {Watch | null} */
let watch = null;

/**
 * @param {string} token
 * @param {boolean} isTyped somebody waits for an answer; else it is from before a reload
 */
function begin(token, isTyped) {
  const api = new AdminAPI((path, options) => fetch(path, options), systemClock, token);
  /** @type {AdminPage | null} */
  let page = null;
  watch = new Watch(api, systemClock, ({ scene }) => {
    const { problem, lastGoodAt } = scene;
    if (problem && lastGoodAt === null && (isTyped || HOPELESS.includes(problem.kind))) {
      return refuse(problem);
    }
    setText(trouble, problem ? troubleSentence(problem, lastGoodAt) : "");
    signOut.hidden = false;
    if (lastGoodAt === null) return;
    if (!page) {
      store.set(token);
      signIn.hide();
      page = new AdminPage(api, /** @type {Watch} */ (watch));
      // What had it is gone; what is new begins here.
      if (isTyped) element("title", HTMLElement).focus();
    }
    page.show();
  });
  if (!document.hidden) watch.start();
}

/** @param {import("./problem.js").AdminProblem} problem */
function refuse(problem) {
  watch?.stop();
  watch = null;
  if (problem.kind === "unauthorized") store.forget();
  setText(trouble, "");
  signOut.hidden = true;
  signIn.show(signInSentence(problem));
}

document.addEventListener("visibilitychange", () => (document.hidden ? watch?.stop() : watch?.start()));
signOut.addEventListener("click", () => {
  store.forget();
  // Whatever the page knows goes with it.
  location.reload();
});
setText(element("host", HTMLElement), location.host);
if (store.get()) begin(store.get(), false);
else signIn.show("");
