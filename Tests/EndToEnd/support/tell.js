// SPDX-License-Identifier: Apache-2.0

// Tells of signaling and of errors of the page, where a browser does not: `channel` leads to the test.
{
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class WebSocket extends Native {
    constructor(url) {
      super(url);
      this.addEventListener("message", ({ data }) => channel(JSON.stringify(["received", data])));
    }

    send(data) {
      channel(JSON.stringify(["sent", data]));
      super.send(data);
    }
  };

  addEventListener("error", ({ message }) => channel(JSON.stringify(["error", message])));
  addEventListener("unhandledrejection", ({ reason }) => channel(JSON.stringify(["error", String(reason)])));
}
