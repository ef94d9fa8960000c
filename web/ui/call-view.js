// SPDX-License-Identifier: Apache-2.0

import { displayName } from "../people.js";
import { roomPath } from "../rooms.js";
import { SELF } from "../voice-watch.js";
import { Announcer } from "./announcer.js";
import { ChatPanel } from "./chat-panel.js";
import { Controls } from "./controls.js";
import { element } from "./elements.js";
import { toggleFullScreen } from "./full-screen.js";
import { Grid } from "./grid.js";
import { HelpDialog } from "./help-dialog.js";
import { Invite } from "./invite.js";
import { Keyboard } from "./keyboard.js";
import { KnockList } from "./knock-list.js";
import { MoreMenu } from "./more-menu.js";
import { Panels } from "./panels.js";
import { PathDialog } from "./path-dialog.js";
import { QualityDialog } from "./quality-dialog.js";
import { RoomPanel } from "./room-panel.js";
import { SelfView } from "./self-view.js";
import { SettingsDialog } from "./settings-dialog.js";
import { StatusLine } from "./status.js";
import { TalkHint } from "./talk-hint.js";
import { TroubleHint } from "./trouble-hint.js";
import { WakeLock } from "./wake-lock.js";

/** @typedef {import("../people.js").People} People */
/** @typedef {import("../protocol.js").Person} Person */
/** @typedef {import("../protocol.js").PersonState} PersonState */
/** @typedef {import("../chat-log.js").ChatLine} ChatLine */
/** @typedef {import("../call.js").CallStatus} CallStatus */
/** @typedef {import("../media.js").Kind} Kind */

/**
 * @typedef {object} CallOnlyActions
 * @property {(kind: Kind, muted: boolean) => void} mute
 * @property {(raised: boolean) => void} raiseHand
 * @property {() => void} share begins or ends
 * @property {() => void} leave
 * @property {(text: string) => boolean} sendChat whether it went out
 * @property {(id: string) => void} admit
 * @property {(id: string) => void} decline
 * @property {(locked: boolean) => void} lock
 * @property {(pin: string) => void} setPIN "" removes it
 * @property {(enabled: boolean) => void} pushToTalk
 * @property {(used: boolean) => void} useShortcuts
 * @property {() => Promise<import("./path-dialog.js").Other[]>} networkPaths
 * @property {(id: string) => Promise<import("./quality-dialog.js").Connection | null>} connection
 * @property {() => void} viewsChanged others may be shown larger or smaller
 *
 * @typedef {CallOnlyActions & import("./settings-dialog.js").DeviceActions} CallActions
 *
 * @typedef {object} CallViewOptions
 * @property {string} room
 * @property {import("../preferences.js").Preferences} preferences
 * @property {boolean} canShare
 * @property {import("../push-to-talk.js").PushToTalk} talk
 * @property {CallActions} actions
 */

/** What is said when a key, not a button that says it, has switched something: on, and off. */
const SPOKEN = {
  audio: ["Microphone off", "Microphone on"],
  video: ["Camera off", "Camera on"],
  hand: ["Hand raised", "Hand lowered"],
};

/** The page during a call. Each session has its own; the elements are those of index.html. */
export class CallView {
  #screen = element("call-screen", HTMLElement);
  /** Ends all listeners of this session: the elements stay for the next one. */
  #end = new AbortController();
  #status = new StatusLine(element("status", HTMLElement));
  #announcer = new Announcer();
  #selfView = new SelfView();
  #wakeLock;
  #grid;
  #controls;
  #panels;
  #chat;
  #room;
  #knocks;
  #more;
  #settings;
  #help;
  #path;
  #quality;
  #trouble = new TroubleHint((text) => this.announce(text));
  #talkHint = new TalkHint();
  #talk;
  #actions;

  /** @param {CallViewOptions} options */
  constructor({ room, preferences, canShare, talk, actions }) {
    const { signal } = this.#end;
    this.#actions = actions;
    this.#talk = talk;
    this.#wakeLock = new WakeLock(signal);
    this.#grid = new Grid(preferences.speaker, signal);
    this.#panels = new Panels(this.#screen, signal);
    this.#controls = new Controls(actions, signal);
    this.#chat = new ChatPanel(actions.sendChat, signal);
    this.#room = new RoomPanel(actions, signal);
    this.#knocks = new KnockList(actions, signal);
    this.#more = new MoreMenu(this.#moreActions(), signal);
    this.#settings = new SettingsDialog(actions, signal);
    this.#help = new HelpDialog(preferences.shortcuts, actions.useShortcuts, signal);
    this.#path = new PathDialog(actions.networkPaths, signal);
    this.#quality = new QualityDialog(actions.connection, signal);
    new Keyboard({ act: (action) => this.#act(action), usesShortcuts: () => preferences.shortcuts, talk }, signal);
    new Invite(new URL(roomPath(room), location.origin), signal);
    this.#controls.offerShare(canShare);
    this.#more.offerShare(canShare);
    this.#grid.onLayout = (mode, isPinned) => this.#more.showLayout(mode, isPinned);
    this.#grid.onDetails = (id) => void this.#quality.open(id);
    this.#grid.onPlaced = actions.viewsChanged;
    for (const event of ["visibilitychange", "enterpictureinpicture", "leavepictureinpicture"]) {
      document.addEventListener(event, actions.viewsChanged, { signal, capture: true });
    }
    this.#panels.onOpen = (name) => name === "chat" && this.#chat.opened();
  }

  /**
   * @param {MediaStream} stream
   * @param {PersonState} self
   */
  start(stream, self) {
    this.#screen.hidden = false;
    this.#status.show("connecting");
    this.#trouble.show("connecting");
    this.#selfView.showStream(stream);
    this.showMuted("audio", !self.audio);
    this.showMuted("video", !self.video);
    this.showSharing(false);
    this.showTalk();
    this.#wakeLock.hold();
    // The focused button is gone; a screen reader continues from here.
    this.#screen.focus();
  }

  close() {
    this.#end.abort();
    this.#announcer.clear();
    this.#selfView.stop();
    this.#wakeLock.release();
    this.#trouble.clear();
    this.#panels.close();
    this.#chat.clear();
    this.#knocks.show([]);
    this.#grid.showLobby(null);
    this.#screen.hidden = true;
  }

  clearStatus() {
    this.#status.clear();
  }

  /** @param {CallStatus} status */
  showStatus(status) {
    this.#status.show(status);
    this.#trouble.show(status);
    // Whoever waits alone keeps the invitation through an interruption.
    if (status !== "reconnecting") this.#grid.showLobby(status === "waiting" || status === "knocking" ? status : null);
  }

  // Others

  /**
   * @param {string} id
   * @param {Person | undefined} person
   */
  addPeer(id, person) {
    this.#grid.add(id);
    if (person) this.#grid.describe(person);
  }

  /** @param {string} id */
  removePeer(id) {
    this.#grid.remove(id);
    void this.#quality.update(id);
  }

  /** How large everybody's pictures are shown, by id. */
  views() {
    return this.#grid.views();
  }

  /**
   * @param {string} id
   * @param {import("../quality/grade.js").Grade} grade
   */
  showQuality(id, grade) {
    this.#grid.showQuality(id, grade);
    void this.#quality.update(id);
  }

  /**
   * @param {string} id
   * @param {import("../peer-link.js").LinkState} state
   * @param {string} name
   */
  setPeerState(id, state, name) {
    const before = this.#grid.setState(id, state);
    if (state === "reconnecting") this.announce(`The connection to ${name} is interrupted`);
    else if (before === "reconnecting") this.announce(`The connection to ${name} is back`);
  }

  /**
   * @param {string} id
   * @param {MediaStreamTrack} track
   * @param {import("../media-sections.js").Source} source
   */
  setPeerTrack(id, track, source) {
    this.#grid.setTrack(id, track, source);
  }

  /**
   * @param {string} id
   * @param {boolean} speaking
   */
  setSpeaking(id, speaking) {
    if (id === SELF) this.#selfView.showSpeaking(speaking);
    else this.#grid.setSpeaking(id, speaking);
  }

  /**
   * @param {People} people
   * @param {PersonState} self
   */
  showPeople(people, self) {
    for (const person of people.others) this.#grid.describe(person);
    this.#selfView.showHand(self.hand === true);
    this.#room.show(people, self);
    this.#knocks.show(people.knocking);
    this.#controls.showKnocks(people.knocking.length);
  }

  // Oneself

  /** @param {MediaStream} stream */
  showStream(stream) {
    this.#selfView.showStream(stream);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted
   */
  showMuted(kind, muted) {
    this.#controls.showMuted(kind, muted);
    this.#selfView.showMuted(kind, muted);
    if (kind === "audio" && !muted) this.#announcer.hide();
  }

  /** @param {boolean} sharing */
  showSharing(sharing) {
    this.#controls.showSharing(sharing);
    this.#more.showSharing(sharing);
  }

  /** Whether the key is to be held, and whether it is. */
  showTalk() {
    this.#more.showPushToTalk(this.#talk.enabled);
    this.#talkHint.show(this.#talk);
  }

  /** @param {string} speaker a device id, "" for the browser's choice */
  setSpeaker(speaker) {
    this.#grid.setSpeaker(speaker);
  }

  /** Other devices are in use. */
  updateDevices() {
    void this.#settings.update();
  }

  showMutedSpeech() {
    if (this.#talk.enabled) return this.#announcer.notify("You are muted: hold the space bar to speak.");
    const action = { label: "Unmute", act: () => this.#actions.mute("audio", false) };
    this.#announcer.notify("You are muted: nobody hears you.", action);
  }

  // What is said to the person

  /** @param {string} text spoken by screen readers, not shown */
  announce(text) {
    this.#announcer.announce(text);
  }

  /** @param {string} text shown for a while, and spoken */
  notify(text) {
    this.#announcer.notify(text);
  }

  /**
   * @param {ChatLine} line
   * @param {boolean} isNew
   */
  addChat(line, isNew) {
    this.#chat.add(line);
    if (this.#panels.open === "chat" || line.own) return;
    this.#controls.showUnread();
    if (isNew) this.#announcer.notify(`${displayName(line)}: ${line.text}`, this.#panels.opener("chat"));
  }

  /** @returns {import("./more-menu.js").MoreActions} */
  #moreActions() {
    return {
      chooseLayout: (mode) => this.#grid.chooseLayout(mode),
      share: () => this.#actions.share(),
      pushToTalk: (enabled) => this.#actions.pushToTalk(enabled),
      openSettings: () => void this.#settings.open(),
      openHelp: () => this.#help.open(),
      openPath: () => void this.#path.open(),
    };
  }

  /** @param {import("../shortcuts.js").ShortcutAction} action */
  #act(action) {
    switch (action) {
      case "audio":
      case "video":
      case "hand":
        return this.announce(SPOKEN[action][this.#controls.toggle(action) ? 0 : 1]);
      case "share":
        return this.#actions.share();
      case "chat":
      case "room":
        return this.#panels.toggle(action);
      case "layout":
        return this.#grid.toggleLayout();
      case "unpin":
        return this.#grid.unpin();
      case "full-screen":
        return void toggleFullScreen();
      case "small-window":
        return void this.#grid.toggleSmallWindow();
      case "settings":
        return void this.#settings.open();
      case "help":
        return this.#help.open();
      default:
        return this.#grid.pin(Number(action.slice("pin-".length)));
    }
  }
}
