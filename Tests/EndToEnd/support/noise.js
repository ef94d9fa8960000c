// SPDX-License-Identifier: Apache-2.0

// A camera whose pictures cannot be made small: a browser sends as much of them as it may.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream();
    if (video) stream.addTrack(noise());
    return stream;
  };

  function noise() {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const drawing = canvas.getContext("2d");
    const paint = () => {
      for (let x = 0; x < 320; x += 16) {
        for (let y = 0; y < 240; y += 16) {
          drawing.fillStyle = `hsl(${Math.random() * 360} 70% ${Math.random() * 100}%)`;
          drawing.fillRect(x, y, 16, 16);
        }
      }
    };
    paint();
    setInterval(paint, 100);
    return canvas.captureStream(10).getVideoTracks()[0];
  }
})();
