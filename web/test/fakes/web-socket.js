// SPDX-License-Identifier: Apache-2.0

/** The client end of a WebSocket whose server end is the test. */
export class FakeWebSocket {
  /** Every socket made since the last reset. */
  static all = [];

  static get last() {
    return FakeWebSocket.all.at(-1);
  }

  sent = [];
  closed = false;
  onopen = null;
  onmessage = null;
  onclose = null;

  constructor(url) {
    this.url = url;
    FakeWebSocket.all.push(this);
  }

  send(text) {
    if (this.closed) throw new Error("sent on a closed socket");
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  accept() {
    this.onopen?.();
  }

  deliver(message) {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  drop(code = 1006) {
    this.closed = true;
    this.onclose?.({ code });
  }
}
