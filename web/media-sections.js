// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {"person" | "screen"} Source Where a track comes from: a member's own devices, or the screen they share. */

/**
 * The section of a member's own microphone or camera: the first of its kind (docs/signaling-protocol.md).
 *
 * @param {RTCPeerConnection} connection
 * @param {string} kind
 */
export function deviceSection(connection, kind) {
  return connection.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
}

/**
 * @param {RTCPeerConnection} connection
 * @param {RTCRtpTransceiver} transceiver
 * @returns {Source}
 */
export function sourceOf(connection, transceiver) {
  return deviceSection(connection, transceiver.receiver.track.kind) === transceiver ? "person" : "screen";
}

/** The sections of one connection that carry our screen and its sound. */
export class ScreenSections {
  #connection;
  /** Kept when sharing ends: else each share would add sections. @type {Map<Kind, RTCRtpTransceiver>} */
  #sections = new Map();

  /** @param {RTCPeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /** @param {MediaStream | null} stream null ends sharing; the far end learns of both by negotiation */
  show(stream) {
    for (const kind of /** @type {const} */ (["video", "audio"])) {
      this.#showTrack(kind, stream?.getTracks().find((track) => track.kind === kind) ?? null, stream);
    }
  }

  /** @param {Kind} kind */
  sender(kind) {
    return this.#sections.get(kind)?.sender;
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack | null} track
   * @param {MediaStream | null} stream
   */
  #showTrack(kind, track, stream) {
    const present = this.#sections.get(kind);
    if (present) {
      // Rejects only when the connection is closed, and with it the section.
      present.sender.replaceTrack(track).catch(() => {});
      if (stream) present.sender.setStreams?.(stream);
      present.direction = track ? "sendonly" : "inactive";
    } else if (track && stream) {
      // Not addTrack: that would take the place of a camera that is not there yet.
      const section = this.#connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
      this.#sections.set(kind, section);
    }
  }
}
