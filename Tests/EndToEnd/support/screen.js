// SPDX-License-Identifier: Apache-2.0

// A screen to share: a drawn window with moving text, and a tone of 880 Hz (tone.js) as its sound.
globalThis.shared = (() => {
  let stream = null;
  let refusal = null;

  const devices = globalThis.navigator.mediaDevices ?? {};
  devices.getDisplayMedia = async () => {
    if (refusal) throw new DOMException("Permission denied", refusal);
    const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 600 });
    const drawing = canvas.getContext("2d");
    paint(drawing, 0);
    let step = 0;
    const timer = setInterval(() => paint(drawing, ++step), 100);
    const [video] = canvas.captureStream(10).getVideoTracks();
    const stop = video.stop.bind(video);
    video.stop = () => {
      clearInterval(timer);
      stop();
    };
    stream = new MediaStream([video, tone(880)]);
    return stream;
  };

  function paint(drawing, step) {
    drawing.fillStyle = "#f7f7fb";
    drawing.fillRect(0, 0, 960, 600);
    drawing.fillStyle = "#2b2f55";
    drawing.fillRect(0, 0, 960, 52);
    drawing.fillStyle = "#fff";
    drawing.font = "600 22px sans-serif";
    drawing.fillText("Quarterly plan", 24, 34);
    drawing.font = "18px sans-serif";
    for (let line = 0; line < 9; line += 1) {
      drawing.fillStyle = line % 3 ? "#c9cbe0" : "#4ecca3";
      drawing.fillRect(48, 96 + line * 52, 220 + ((line * 173) % 480) + 8 * Math.sin(step / 5 + line), 22);
    }
    drawing.fillStyle = "#d93050";
    drawing.fillRect((step * 12) % 960, 588, 60, 12);
  }

  return {
    refuse: (name) => (refusal = name),
    states: () => stream.getTracks().map(({ readyState }) => readyState),
    endedByBrowser() {
      const [video] = stream.getVideoTracks();
      video.stop();
      video.dispatchEvent(new Event("ended"));
    },
  };
})();
