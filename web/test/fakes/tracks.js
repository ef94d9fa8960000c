// SPDX-License-Identifier: Apache-2.0

/** A camera or microphone that can be unplugged. */
export function fakeTrack(kind, deviceId, label = deviceId) {
  return {
    kind,
    label,
    enabled: true,
    readyState: "live",
    getSettings: () => ({ deviceId }),
    stop() {
      this.readyState = "ended";
    },
    unplug() {
      this.readyState = "ended";
      this.onended();
    },
  };
}

/** A stream that counts on nothing but its tracks. */
export function streamOf(...tracks) {
  return {
    getTracks: () => [...tracks],
    getAudioTracks: () => tracks.filter(({ kind }) => kind === "audio"),
    getVideoTracks: () => tracks.filter(({ kind }) => kind === "video"),
    addTrack: (track) => tracks.push(track),
    removeTrack: (track) => tracks.splice(tracks.indexOf(track), 1),
  };
}
