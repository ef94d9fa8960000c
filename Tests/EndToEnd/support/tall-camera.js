// SPDX-License-Identifier: Apache-2.0

// A camera of 720 lines of its own: a square that moves over one color, which costs nearly nothing to paint and to encode.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream();
    if (video) stream.addTrack(square());
    return stream;
  };

  function square() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const drawing = canvas.getContext("2d");
    let x = 0;
    const paint = () => {
      drawing.fillStyle = "#2f6f7e";
      drawing.fillRect(0, 0, 1280, 720);
      drawing.fillStyle = "#f0c09a";
      drawing.fillRect((x += 64) % 1280, 320, 80, 80);
    };
    paint();
    setInterval(paint, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
  }
})();
