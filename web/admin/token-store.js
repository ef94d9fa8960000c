// SPDX-License-Identifier: Apache-2.0

const KEY = "admin-token";

/** Keeps the token for this tab alone, over reloads and no longer. */
export class TokenStore {
  #storage;

  /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage null where the browser allows none */
  constructor(storage) {
    this.#storage = storage;
  }

  get() {
    return this.#storage?.getItem(KEY) ?? "";
  }

  /** @param {string} token */
  set(token) {
    try {
      this.#storage?.setItem(KEY, token);
    } catch {
      // It is asked for again after a reload.
    }
  }

  forget() {
    this.#storage?.removeItem(KEY);
  }
}

/** Some browsers throw at the mere look at it. */
export function sessionStore() {
  try {
    return new TokenStore(sessionStorage);
  } catch {
    return new TokenStore(null);
  }
}
