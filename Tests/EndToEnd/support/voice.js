// SPDX-License-Identifier: Apache-2.0

// A microphone whose owner speaks, a steady tone, or is silent. The fake one beeps for 20 ms twice a second: who looks at a
// level five times a second may never see it.
globalThis.voice = (() => {
  const devices = globalThis.navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  let context = null;
  let gain = null;

  devices.getUserMedia = async ({ audio, video }) => {
    const stream = await getUserMedia({ audio, video });
    if (!audio) return stream;
    for (const track of stream.getAudioTracks()) {
      track.stop();
      stream.removeTrack(track);
    }
    stream.addTrack(silentVoice());
    return stream;
  };

  function silentVoice() {
    context = new AudioContext();
    const output = context.createMediaStreamDestination();
    const source = new OscillatorNode(context, { frequency: 300 });
    gain = new GainNode(context, { gain: 0 });
    source.connect(gain).connect(output);
    source.start();
    return output.stream.getAudioTracks()[0];
  }

  return {
    async speak() {
      // It was made before the first click, which is when browsers let sound begin.
      await context.resume();
      gain.gain.value = 0.3;
    },
    hush: () => (gain.gain.value = 0),
  };
})();
