// SPDX-License-Identifier: Apache-2.0

// A machine that has a microphone and no camera (Media Capture and Streams, section 10.2.1).
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) =>
    constraints.video ? Promise.reject(new DOMException("from the test", "NotFoundError")) : getUserMedia(constraints);
})();
