// SPDX-License-Identifier: Apache-2.0

// Puts a picture of its own, painted again and again, in the place of the page's camera.
globalThis.paintCamera = (width, height, rate, paint) => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream();
    if (video) stream.addTrack(painted());
    return stream;
  };

  function painted() {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const drawing = canvas.getContext("2d");
    paint(drawing);
    setInterval(() => paint(drawing), 1000 / rate);
    return canvas.captureStream(rate).getVideoTracks()[0];
  }
};
