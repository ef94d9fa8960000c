// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

const LABEL = "Copy link";
const LABEL_DURATION = 2000;

/** @param {URL} address what others open to meet us */
export function setUpInvite(address) {
  const label = element("copy-link-label", HTMLElement);
  const shown = element("invite-address", HTMLElement);
  shown.textContent = `${address.host}${address.pathname}${address.search}`.replace(/\/$/, "");
  element("copy-link", HTMLButtonElement).addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.href);
      label.textContent = "Copied";
    } catch {
      // Without the permission the address is at least marked, ready for the keyboard or the context menu.
      getSelection()?.selectAllChildren(shown);
    }
    setTimeout(() => (label.textContent = LABEL), LABEL_DURATION);
  });
}
