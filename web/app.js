// SPDX-License-Identifier: Apache-2.0

import { liveTrack, MediaError, openMedia, releaseMedia } from "./media.js";
import { loadPreferences, savePreferences } from "./preferences.js";
import { newRoomName, roomName, roomPath } from "./rooms.js";
import { element } from "./ui/elements.js";
import { JoinScreen } from "./ui/join-screen.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./ui/devices.js").DeviceCheck} DeviceCheck */
/** @typedef {{ audio: boolean, video: boolean, knock?: boolean }} Way */

const OFFLINE_NOTICE = { text: "You are offline.", step: "You can join as soon as the network is back." };
const NOT_LOADED = {
  text: "A part of the app could not be loaded.",
  step: "Check the network and try again, or reload the page.",
};

const room = roomName(location);
const storage = () => localStorage;
const preferences = loadPreferences(storage);
/** @type {Session | null} */
let session = null;
/**
 * From the first check of camera and sound on.
 * @type {DeviceCheck | null}
 */
let deviceCheck = null;
const joinScreen = new JoinScreen(room, preferences, {
  join: () => void join(preferences),
  joinWithout: () => void join({ audio: false, video: false }),
  knock: () => void join({ ...preferences, knock: true }),
  check: (open) => void check(open),
  changed: () => preferencesChanged(),
});

function preferencesChanged() {
  savePreferences(storage, preferences);
  void deviceCheck?.update();
}

/** @param {Way} way */
async function join(way) {
  joinScreen.showJoining();
  const checked = deviceCheck?.take() ?? new MediaStream();
  closeCheck();
  const opening = openWanted(way, checked);
  try {
    // The rest of the app is loaded while the browser asks for devices.
    const [{ Session }, stream] = await Promise.all([load(import("./session.js")), opening]);
    session = new Session({
      room,
      stream,
      way,
      preferences,
      pin: way.knock ? "" : joinScreen.pin,
      onPreferences: () => savePreferences(storage, preferences),
      onEnd: showEnd,
    });
    joinScreen.hide();
  } catch (error) {
    void opening.catch(() => {}).then(() => releaseMedia(checked));
    showError(error);
  }
}

/**
 * @param {Way} way
 * @param {MediaStream} stream has what is open already
 */
async function openWanted(way, stream) {
  for (const kind of /** @type {const} */ (["audio", "video"])) if (!way[kind]) releaseMedia(stream, kind);
  const wanted = {
    audio: way.audio && !liveTrack(stream, "audio") && preferences.microphone,
    video: way.video && !liveTrack(stream, "video") && preferences.camera,
  };
  if (wanted.audio === false && wanted.video === false) return stream;
  const opened = await openMedia(navigator.mediaDevices, wanted);
  for (const track of opened.getTracks()) stream.addTrack(track);
  return stream;
}

class LoadError extends Error {}

/**
 * @template T
 * @param {Promise<T>} module
 */
async function load(module) {
  try {
    return await module;
  } catch (error) {
    throw error instanceof TypeError ? new LoadError() : error;
  }
}

/** @param {unknown} error */
function showError(error) {
  if (error instanceof MediaError) {
    joinScreen.show({ text: error.message, step: error.step, offer: "join-without" });
  } else {
    joinScreen.show(NOT_LOADED);
    if (!(error instanceof LoadError)) throw error;
  }
}

/**
 * The call is over.
 *
 * @param {import("./session.js").End} end
 */
function showEnd({ notice, needsPIN }) {
  session = null;
  if (needsPIN) joinScreen.askForPIN();
  else joinScreen.forgetPIN();
  joinScreen.show(notice);
}

/** @param {boolean} open */
async function check(open) {
  joinScreen.notify({ text: "" });
  if (!open) return closeCheck();
  joinScreen.showCheck(true);
  try {
    const { DeviceCheck } = await load(import("./ui/devices.js"));
    deviceCheck ??= new DeviceCheck(
      preferences,
      () => savePreferences(storage, preferences),
      (error) => joinScreen.notify({ text: error.message, step: error.step, offer: "join-without" }),
    );
    await deviceCheck.open();
  } catch (error) {
    closeCheck();
    showError(error);
  }
}

function closeCheck() {
  deviceCheck?.close();
  joinScreen.showCheck(false);
}

element("new-room", HTMLAnchorElement).href = roomPath(newRoomName((bytes) => crypto.getRandomValues(bytes)));
addEventListener("pagehide", () => {
  session?.leave();
  closeCheck();
});
addEventListener("online", () => {
  session?.wake();
  if (!session) joinScreen.notify({ text: "" });
});
addEventListener("offline", () => {
  if (!session) joinScreen.notify(OFFLINE_NOTICE);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") session?.wake();
});
if (!navigator.onLine) joinScreen.notify(OFFLINE_NOTICE);
// Without a service worker (private windows of some browsers) the app works, only not offline.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
