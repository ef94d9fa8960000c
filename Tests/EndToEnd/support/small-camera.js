// SPDX-License-Identifier: Apache-2.0

// A camera that is easy on the processor: several browsers share it with everything else the tests run.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  const size = { width: 320, height: 240, frameRate: 10 };
  const small = (video) => ({ ...(video === true ? {} : video), ...size });
  devices.getUserMedia = ({ audio, video }) => getUserMedia({ audio, video: video && small(video) });
})();
