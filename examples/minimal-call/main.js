// SPDX-License-Identifier: Apache-2.0

// A call with the app's transport alone: Signaling keeps this page in a room, Call keeps a connection to everybody in
// it, and both come back by themselves when the network does. All that is left to do is to show what arrives.

import { Call } from "/call.js";
import { systemClock } from "/clock.js";
import { Signaling } from "/signaling.js";

const room = new URLSearchParams(location.search).get("room") ?? "example";
const people = /** @type {HTMLElement} */ (document.querySelector("#people"));
const status = /** @type {HTMLElement} */ (document.querySelector("#status"));
const joinButton = /** @type {HTMLButtonElement} */ (document.querySelector("#join"));
const leaveButton = /** @type {HTMLButtonElement} */ (document.querySelector("#leave"));
const OWN = "own";

joinButton.addEventListener("click", async () => {
  try {
    join(await navigator.mediaDevices.getUserMedia({ audio: true, video: true }));
  } catch (error) {
    status.textContent = `No camera or microphone: ${error}`;
  }
});

/** @param {MediaStream} stream what the others get */
function join(stream) {
  /** @type {Signaling} */
  const signaling = new Signaling({
    url: `wss://${location.host}/ws`,
    room,
    WebSocket,
    clock: systemClock,
    onMessage: (message) => call.receive(message),
    onState: () => call.signalingChanged(),
    onRefused: ({ message }) => leave(message),
  });
  /** @type {Call} */
  const call = new Call({
    stream,
    signaling,
    // The configuration comes from the server: its relay, and credentials that are good for this room.
    createConnection: (configuration) => new RTCPeerConnection(configuration),
    clock: systemClock,
    observer: {
      status: (text) => (status.textContent = text),
      peerAdded: (id) => void add(id, new MediaStream()),
      peerRemoved: (id) => document.getElementById(id)?.remove(),
      peerState: (id, state) => document.getElementById(id)?.setAttribute("data-state", state),
      peerTrack: (id, track) => streamOf(id)?.addTrack(track),
    },
  });
  const leave = (text = "Left.") => {
    signaling.close();
    call.close();
    for (const track of stream.getTracks()) track.stop();
    people.replaceChildren();
    status.textContent = text;
    [joinButton.hidden, leaveButton.hidden] = [false, true];
  };
  leaveButton.onclick = () => leave();
  addEventListener("pagehide", () => leave(), { once: true });
  [joinButton.hidden, leaveButton.hidden] = [true, false];
  add(OWN, stream).muted = true;
  signaling.open();
}

/**
 * @param {string} id
 * @param {MediaStream} stream
 */
function add(id, stream) {
  const video = document.createElement("video");
  Object.assign(video, { id, srcObject: stream, autoplay: true, playsInline: true });
  people.append(video);
  return video;
}

/** @param {string} id */
function streamOf(id) {
  return /** @type {MediaStream | undefined} */ (/** @type {any} */ (document.getElementById(id))?.srcObject);
}
