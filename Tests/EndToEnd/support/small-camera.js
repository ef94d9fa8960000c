// SPDX-License-Identifier: Apache-2.0

// A camera that is easy on the processor: several browsers share it with everything else the tests run.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  // Slow and not small, where a test needs its lines.
  const lines = Number(new URLSearchParams(location.search).get("lines"));
  const size = lines ? { width: (lines * 16) / 9, height: lines, frameRate: 5 } : { width: 320, height: 240, frameRate: 10 };
  const small = (video) => ({ ...(video === true ? {} : video), ...size });
  devices.getUserMedia = ({ audio, video }) => getUserMedia({ audio, video: video && small(video) });
})();
