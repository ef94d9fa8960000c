// SPDX-License-Identifier: Apache-2.0

import { Call } from "./call.js";
import { systemClock } from "./clock.js";
import { MediaError, openMedia, releaseMedia, setMuted } from "./media.js";
import { roomName } from "./protocol.js";
import { Signaling } from "./signaling.js";
import { Controls } from "./ui/controls.js";
import { element } from "./ui/elements.js";
import { Grid } from "./ui/grid.js";
import { setUpInvite } from "./ui/invite.js";
import { Screens } from "./ui/screens.js";
import { SelfView } from "./ui/self-view.js";
import { StatusLine } from "./ui/status.js";
import { WakeLock } from "./ui/wake-lock.js";

/** @typedef {import("./call.js").CallStatus} CallStatus */
/** @typedef {{ stream: MediaStream, signaling: Signaling, call: Call }} Session */

const OFFLINE_NOTICE = "You are offline. You can join as soon as the network is back.";

const room = roomName(location.search);
const screens = new Screens(room, () => void join());
const status = new StatusLine(element("status", HTMLElement));
const grid = new Grid();
const selfView = new SelfView();
const wakeLock = new WakeLock();
const controls = new Controls({
  muteAudio: (muted) => mute("audio", muted),
  muteVideo: (muted) => mute("video", muted),
  leave: () => leave(),
});

/** @type {Session | null} */
let session = null;

async function join() {
  screens.showJoining();
  status.show("connecting");
  try {
    session = startSession(await openMedia(navigator.mediaDevices));
  } catch (error) {
    status.clear();
    if (!(error instanceof MediaError)) throw error;
    screens.showJoin(error.message);
  }
}

/**
 * @param {MediaStream} stream
 * @returns {Session}
 */
function startSession(stream) {
  /** @type {Signaling} */
  const signaling = new Signaling({
    url: `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`,
    room,
    WebSocket,
    clock: systemClock,
    onMessage: (message) => call.receive(message),
    onState: () => call.signalingChanged(),
    onRefused: (error) => leave(error.message),
  });
  /** @type {Call} */
  const call = new Call({
    stream,
    signaling,
    createConnection: (configuration) => new RTCPeerConnection(configuration),
    observer: {
      status: showStatus,
      peerAdded: (id) => grid.add(id),
      peerRemoved: (id) => grid.remove(id),
      peerState: (id, state) => grid.setState(id, state),
      peerTrack: (id, track) => grid.setTrack(id, track),
    },
    clock: systemClock,
  });
  controls.reset();
  selfView.start(stream);
  screens.showCall();
  wakeLock.hold();
  signaling.open();
  return { stream, signaling, call };
}

/** @param {string} [notice] */
function leave(notice) {
  if (!session) return;
  const { stream, signaling, call } = session;
  session = null;
  signaling.close();
  call.close();
  releaseMedia(stream);
  selfView.stop();
  wakeLock.release();
  screens.showJoin(notice);
}

/**
 * @param {"audio" | "video"} kind
 * @param {boolean} muted
 */
function mute(kind, muted) {
  if (!session) return;
  setMuted(session.stream, kind, muted);
  if (kind === "video") session.call.setVideoMuted(muted);
  selfView.showMuted(kind, muted);
}

/** @param {CallStatus} callStatus */
function showStatus(callStatus) {
  status.show(callStatus);
  // Whoever waits alone keeps the invitation through an interruption.
  if (callStatus !== "reconnecting") grid.showLobby(callStatus === "waiting");
}

setUpInvite(new URL(location.pathname + location.search, location.origin));
addEventListener("pagehide", () => leave());
addEventListener("online", () => {
  session?.signaling.wake();
  if (!session) screens.notify("");
});
addEventListener("offline", () => {
  if (!session) screens.notify(OFFLINE_NOTICE);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") session?.signaling.wake();
});
if (!navigator.onLine) screens.notify(OFFLINE_NOTICE);
// Without a service worker (private windows of some browsers) the app works, only not offline.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
