// SPDX-License-Identifier: Apache-2.0

// A sound that can be told from any other; and, with `tone` in the page's address, a microphone that hears nothing else.
globalThis.tone = (frequency) => {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  const source = new OscillatorNode(context, { frequency });
  source.connect(new GainNode(context, { gain: 0.3 })).connect(output);
  source.start();
  return output.stream.getAudioTracks()[0];
};

(() => {
  const frequency = Number(new URLSearchParams(location.search).get("tone"));
  const devices = globalThis.navigator.mediaDevices;
  if (!frequency || !devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = video ? await getUserMedia({ video }) : new MediaStream();
    if (audio) stream.addTrack(tone(frequency));
    return stream;
  };
})();
