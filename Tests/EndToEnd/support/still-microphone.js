// SPDX-License-Identifier: Apache-2.0

// A microphone that gives nothing, not even silence: there is a track, and nothing of it to process, encode, send or play. For
// calls of many pages, most of whose work is sound.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = video ? await getUserMedia({ video }) : new MediaStream();
    if (audio) stream.addTrack(new MediaStreamTrackGenerator({ kind: "audio" }));
    return stream;
  };
})();
