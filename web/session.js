// SPDX-License-Identifier: Apache-2.0

import { Call } from "./call.js";
import { ChatLog } from "./chat-log.js";
import { systemClock } from "./clock.js";
import { liveTrack, releaseMedia } from "./media.js";
import { deviceSentence, OwnMedia } from "./own-media.js";
import { displayName, People } from "./people.js";
import { introduction } from "./protocol.js";
import { PushToTalk } from "./push-to-talk.js";
import { QualityControl } from "./quality/control.js";
import { Views } from "./quality/views.js";
import { canShareScreen, ScreenSharing } from "./screen-capture.js";
import { Signaling } from "./signaling.js";
import { SleepWatch } from "./sleep-watch.js";
import { SpeakerWatch } from "./speaker-watch.js";
import { CallView } from "./ui/call-view.js";
import { VoiceWatch } from "./voice-watch.js";

/** @typedef {import("./preferences.js").Preferences} Preferences */
/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("./protocol.js").ErrorMessage} ErrorMessage */
/** @typedef {import("./ui/join-screen.js").Notice} Notice */
/** @typedef {import("./call.js").CallStatus} CallStatus */
/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {import("./ui/settings-dialog.js").Which} Which */

/**
 * @typedef {{ notice?: Notice, needsPIN?: boolean }} End
 *
 * @typedef {object} SessionOptions
 * @property {string} room
 * @property {MediaStream} stream
 * @property {{ audio: boolean, video: boolean, knock?: boolean }} way
 * @property {Preferences} preferences
 * @property {string} pin "" for none
 * @property {() => void} onPreferences they were changed
 * @property {(end: End) => void} onEnd
 */

/** @type {Record<string, string>} What to do about a refusal, by its code. */
const STEPS = {
  "pin-required": "Enter the PIN that you were given, or ask to be let in.",
  "wrong-pin": "Check it and try again, or ask to be let in.",
  "pin-blocked": "",
  declined: "Tell the people in the call who you are, and try again.",
  "room-closed": "",
  "room-full": "Wait until somebody has left, or meet in another room.",
  "server-full": "Try again in some minutes.",
  "invalid-message": "Check the address of this page.",
  removed: "Ask whoever runs the server before you join again.",
};

const NOT_CHANGED = "Not changed: the connection is being restored. Try again in a moment.";
const PIN_REFUSALS = new Set(["pin-required", "wrong-pin", "pin-blocked"]);

/** One stay in a call: from the click on Join Call to the return to the join screen. */
export class Session {
  #options;
  /** @type {CallView} */
  #view;
  #people;
  #chat;
  #signaling;
  #call;
  #voices;
  #media;
  #speakers;
  #quality;
  #views;
  /** @type {PushToTalk} */
  #talk = new PushToTalk((muted) => void this.#media.mute("audio", muted).then(() => this.#view.showTalk()));
  /** @type {ScreenSharing | null} */
  #screen = null;
  /** @type {MediaStream | null} */
  #shown = null;
  #sleep = new SleepWatch(systemClock, () => this.wake());
  #self;
  #pin;
  /** What we made of the door as the host: a room that was opened anew gets it again. */
  #ownDoor = { locked: false, pin: "" };
  #ended = false;

  /** @param {SessionOptions} options */
  constructor(options) {
    const { stream, room, preferences, pin } = options;
    this.#options = options;
    this.#pin = pin;
    // A kind that could not be opened, since the machine has none, is off as well.
    this.#self = {
      name: preferences.name,
      audio: Boolean(liveTrack(stream, "audio")),
      video: Boolean(liveTrack(stream, "video")),
      hand: false,
      screen: false,
    };
    const { mediaDevices } = navigator;
    const canShare = canShareScreen(mediaDevices);
    this.#view = new CallView({ room, preferences, canShare, talk: this.#talk, actions: this.#actions() });
    this.#people = new People(this.#peopleObserver());
    this.#chat = new ChatLog((line, isNew) => this.#view.addChat(line, isNew), Date.now);
    this.#signaling = this.#createSignaling();
    this.#call = this.#createCall();
    this.#quality = this.#createQualityControl();
    this.#views = new Views(
      () => this.#view.views(),
      (target, view) => this.#signaling.send({ type: "view", target, view }),
      systemClock,
    );
    if (canShareScreen(mediaDevices)) {
      this.#screen = new ScreenSharing(mediaDevices, (screen) => this.#screenChanged(screen));
    }
    this.#media = this.#createMedia();
    this.#speakers = new SpeakerWatch(mediaDevices, preferences.speaker, (speaker, isLost) => {
      this.#view.setSpeaker(speaker);
      if (isLost) this.#view.notify("Your speaker was disconnected. You hear the call through the default one now.");
    });
    this.#voices = new VoiceWatch({
      levels: () => this.#call.audioLevels(),
      isMuted: () => !this.#self.audio,
      onSpeaking: (id, speaking) => this.#view.setSpeaking(id, speaking),
      onMutedSpeech: () => this.#view.showMutedSpeech(),
    });
    this.#voices.listen(liveTrack(stream, "audio"));
    this.#view.start(stream, this.#self);
    this.#signaling.open();
    if (preferences.pushToTalk) this.#talk.enable(true);
  }

  /** The network may be back. */
  wake() {
    this.#signaling.wake();
  }

  /** @param {End} [end] */
  leave(end = {}) {
    if (this.#ended) return;
    this.#ended = true;
    this.#sleep.close();
    this.#signaling.close();
    this.#call.close();
    this.#quality.close();
    this.#views.close();
    this.#voices.close();
    this.#media.close();
    this.#speakers.close();
    this.#screen?.close();
    releaseMedia(this.#options.stream);
    this.#view.close();
    // A notice says better why we are not in the call.
    if (end.notice) this.#view.clearStatus();
    this.#options.onEnd(end);
  }

  /** @returns {import("./ui/call-view.js").CallActions} */
  #actions() {
    return {
      mute: (kind, muted) => void this.#media.mute(kind, muted),
      raiseHand: (hand) => this.#change({ hand }),
      share: () => void this.#toggleShare(),
      leave: () => this.leave(),
      sendChat: (text) => this.#signaling.send({ type: "chat", text }),
      admit: (target) => void this.#signaling.send({ type: "admit", target }),
      decline: (target) => void this.#signaling.send({ type: "decline", target }),
      lock: (locked) => this.#setDoor({ locked }),
      setPIN: (pin) => this.#setDoor({ pin }),
      pushToTalk: (enabled) => this.#setPushToTalk(enabled),
      useShortcuts: (shortcuts) => this.#prefer({ shortcuts }),
      chooseDevice: (which, id) => this.#chooseDevice(which, id),
      devices: () => ({ ...this.#media.inUse, speaker: this.#speakers.present }),
      microphone: () => this.#media.microphone,
      networkPaths: () => this.#networkPaths(),
      connection: (id) => this.#connection(id),
      viewsChanged: () => this.#views.changed(),
    };
  }

  async #networkPaths() {
    const paths = await this.#call.networkPaths();
    return [...paths].map(([id, path]) => ({ id, name: this.#nameOf(id), path }));
  }

  /** @param {string} id */
  async #connection(id) {
    const path = await this.#call.links.get(id)?.networkPath();
    if (path === undefined) return null;
    return { name: this.#nameOf(id), quality: this.#quality.of(id), path };
  }

  /** @param {string} id */
  #nameOf(id) {
    return displayName(this.#people.get(id));
  }

  /** @returns {import("./people.js").PeopleObserver} */
  #peopleObserver() {
    return {
      changed: () => this.#view.showPeople(this.#people, this.#self),
      joined: (person) => this.#view.announce(`${displayName(person)} joined`),
      left: (person) => this.#view.announce(`${displayName(person)} left`),
      sharedScreen: ({ screen, ...person }) =>
        this.#view.announce(`${displayName(person)} ${screen ? "shares a screen" : "stopped sharing the screen"}`),
      raisedHand: (person) => this.#view.notify(`${displayName(person)} raised a hand`),
      knocked: (person) => this.#view.announce(`${displayName(person)} wants to join`),
    };
  }

  /** @returns {Signaling} */
  #createSignaling() {
    const { room, way } = this.#options;
    return new Signaling({
      url: `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`,
      room,
      introduction: () => introduction(this.#self, this.#pin, way.knock === true),
      WebSocket,
      clock: systemClock,
      onMessage: (message) => this.#receive(message),
      onState: (state) => {
        this.#call.signalingChanged();
        if (state === "joined") this.#restoreDoor();
        this.#views.changed();
      },
      onError: (error) => this.#view.notify(error.message),
      onRefused: (error) => this.#refused(error),
    });
  }

  /** @returns {Call} */
  #createCall() {
    return new Call({
      stream: this.#options.stream,
      signaling: this.#signaling,
      createConnection: (configuration) => new RTCPeerConnection(configuration),
      observer: {
        status: (status) => this.#view.showStatus(status),
        peerAdded: (id) => this.#view.addPeer(id, this.#people.get(id)),
        peerRemoved: (id) => this.#view.removePeer(id),
        peerState: (id, state) => {
          this.#view.setPeerState(id, state, this.#nameOf(id));
          this.#quality.adjust();
        },
        peerTrack: (id, track, source) => this.#view.setPeerTrack(id, track, source),
      },
      clock: systemClock,
    });
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    this.#people.receive(message);
    this.#chat.receive(message);
    this.#call.receive(message);
    this.#quality.receive(message);
    if (message.type === "joined") this.#views.forget();
    if (message.type === "peer-left") this.#views.forget(message.peerId);
  }

  #createQualityControl() {
    return new QualityControl({
      links: () => this.#call.links,
      captured: () => this.#captured(),
      onQuality: (id, { grade }) => this.#view.showQuality(id, grade),
      onNews: (id, news) =>
        this.#view.announce(`The connection to ${this.#nameOf(id)} is ${news === "poor" ? "poor" : "good again"}`),
      clock: systemClock,
    });
  }

  /** @returns {import("./quality/plan.js").Captured} */
  #captured() {
    const camera = this.#self.video ? heightOf(liveTrack(this.#options.stream, "video")) : 0;
    const screen = this.#shown && heightOf(liveTrack(this.#shown, "video"));
    const sound = this.#shown !== null && liveTrack(this.#shown, "audio") !== undefined;
    return { camera, screen: screen ?? 0, sound };
  }

  /** @param {ErrorMessage} error */
  #refused({ code, message }) {
    const needsPIN = PIN_REFUSALS.has(code);
    this.leave({ notice: { text: message, step: STEPS[code], offer: needsPIN ? "knock" : "none" }, needsPIN });
  }

  /** @param {import("./protocol.js").PersonState} change */
  #change(change) {
    Object.assign(this.#self, change);
    // What does not go out is said with the next join.
    this.#signaling.send({ type: "state", ...change });
    this.#view.showPeople(this.#people, this.#self);
  }

  #createMedia() {
    const { stream, preferences } = this.#options;
    return new OwnMedia({
      devices: navigator.mediaDevices,
      stream,
      preferences,
      observer: {
        muted: (kind, muted) => this.#mutedChanged(kind, muted),
        track: (kind, track) => {
          this.#call.addTrack(track);
          if (kind === "audio") this.#voices.listen(track);
          this.#view.showStream(stream);
          this.#view.updateDevices();
        },
        problem: (sentence) => {
          this.#view.notify(sentence);
          this.#view.updateDevices();
        },
      },
    });
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted
   */
  #mutedChanged(kind, muted) {
    if (kind === "video") this.#call.setVideoMuted(muted);
    this.#view.showMuted(kind, muted);
    if (this.#self[kind] === muted) this.#change({ [kind]: !muted });
    this.#quality.adjust();
  }

  /**
   * @param {Which} which
   * @param {string} id
   */
  async #chooseDevice(which, id) {
    if (which === "speaker") this.#speakers.choose(id);
    const problem = which === "speaker" ? "" : await this.#media.choose(which === "camera" ? "video" : "audio", id);
    if (problem === "") this.#prefer({ [which]: id });
    return problem;
  }

  /** @param {Partial<Preferences>} change */
  #prefer(change) {
    Object.assign(this.#options.preferences, change);
    this.#options.onPreferences();
  }

  /** @param {boolean} enabled */
  #setPushToTalk(enabled) {
    this.#prefer({ pushToTalk: enabled });
    this.#talk.enable(enabled);
    this.#view.showTalk();
  }

  async #toggleShare() {
    if (this.#screen?.active) return this.#screen.stop();
    try {
      await this.#screen?.start();
    } catch (error) {
      if (!this.#ended) this.#view.notify(deviceSentence(error));
    }
  }

  /** @param {MediaStream | null} screen */
  #screenChanged(screen) {
    if (this.#ended) return;
    this.#shown = screen;
    this.#call.setScreen(screen);
    this.#quality.adjust();
    this.#view.showSharing(screen !== null);
    this.#view.announce(screen ? "You share your screen" : "You stopped sharing your screen");
    this.#change({ screen: screen !== null });
  }

  /** @param {{ locked?: boolean, pin?: string }} change */
  #setDoor({ locked, pin }) {
    const sent = this.#signaling.send({
      type: "room",
      ...(locked !== undefined && { locked }),
      ...(pin !== undefined && { pin: pin || null }),
    });
    // A door that is not changed must not be remembered as if it were: we come back by its PIN.
    if (!sent) return this.#view.notify(NOT_CHANGED);
    if (locked !== undefined) this.#ownDoor.locked = locked;
    // The PIN that we set is the one that we need to come back.
    if (pin !== undefined) this.#ownDoor.pin = this.#pin = pin;
  }

  #restoreDoor() {
    const { locked, pin } = this.#ownDoor;
    const { isHost, door } = this.#people;
    if (!isHost) this.#ownDoor = { locked: false, pin: "" };
    else if ((locked && !door.locked) || (pin && !door.hasPin)) this.#setDoor({ locked, pin });
  }
}

/** What a camera is taken for that does not say. */
const USUAL_HEIGHT = 720;

/** @param {MediaStreamTrack | undefined} track */
function heightOf(track) {
  return track ? track.getSettings().height ?? USUAL_HEIGHT : 0;
}
