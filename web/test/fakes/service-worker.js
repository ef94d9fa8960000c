// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const ORIGIN = "https://call.test";
const source = readFileSync(new URL("../../sw.js", import.meta.url), "utf8");

/** What `Request` is to the worker: a real one cannot be made with mode "navigate". */
class FakeRequest {
  constructor(path, { method = "GET", mode = "cors", cache = "default" } = {}) {
    Object.assign(this, { url: new URL(path, ORIGIN).href, method, mode, cache });
  }
}

class FakeCache {
  entries = new Map();

  constructor(network) {
    this.network = network;
  }

  async addAll(requests) {
    for (const request of requests) await this.put(new URL(request.url).pathname, await this.network(request));
  }

  async put(key, response) {
    this.entries.set(key, response);
  }
}

/** sw.js in a world of its own, with a network and caches that the test can see. */
export class ServiceWorkerWorld {
  fetched = [];
  online = true;
  stores = new Map();
  skippedWaiting = false;
  claimed = false;
  #listeners = new Map();

  constructor() {
    const scope = {
      location: new URL(ORIGIN),
      clients: { claim: async () => (this.claimed = true) },
      skipWaiting: async () => (this.skippedWaiting = true),
      addEventListener: (type, listener) => this.#listeners.set(type, listener),
    };
    const network = (request, init) => this.#fetch(request, init);
    this.shell = runInNewContext(`${source}\nSHELL`, {
      self: scope,
      caches: this.#caches(network),
      fetch: network,
      Request: FakeRequest,
      URL,
    });
  }

  /** What the server answers; tests replace it. */
  serve(request) {
    return { ok: true, redirected: false, body: `network ${new URL(request.url).pathname}` };
  }

  async install() {
    await this.#lifecycle("install");
    await this.#lifecycle("activate");
  }

  /** The response of the worker, or undefined when it leaves the request to the browser. */
  async request(path, options) {
    let response;
    this.#listeners.get("fetch")({
      request: new FakeRequest(path, options),
      respondWith: (promise) => (response = promise),
    });
    return response;
  }

  navigate(path) {
    return this.request(path, { mode: "navigate" });
  }

  async #lifecycle(type) {
    let work;
    this.#listeners.get(type)({ waitUntil: (promise) => (work = promise) });
    await work;
  }

  async #fetch(request, init) {
    if (request.mode === "navigate" && init) throw new TypeError("a navigation takes no options");
    this.fetched.push({ path: new URL(request.url).pathname, cache: init?.cache ?? request.cache });
    if (!this.online) throw new TypeError("Failed to fetch");
    const response = this.serve(request);
    return { ...response, clone: () => ({ ...response }) };
  }

  #caches(network) {
    return {
      open: async (name) => {
        if (!this.stores.has(name)) this.stores.set(name, new FakeCache(network));
        return this.stores.get(name);
      },
      keys: async () => [...this.stores.keys()],
      delete: async (name) => this.stores.delete(name),
      match: async (key) => [...this.stores.values()].map((store) => store.entries.get(key)).find(Boolean),
    };
  }
}
