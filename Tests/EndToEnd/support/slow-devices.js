// SPDX-License-Identifier: Apache-2.0

// A person who takes time to answer what the browser asks: devices open when the test says so.
(() => {
  const devices = globalThis.navigator.mediaDevices;
  if (!devices) return;
  const getUserMedia = devices.getUserMedia.bind(devices);
  const waiting = [];
  globalThis.asked = 0;
  globalThis.allowDevices = () => waiting.splice(0).forEach((allow) => allow());
  devices.getUserMedia = async (constraints) => {
    globalThis.asked += 1;
    await new Promise((allow) => waiting.push(allow));
    return getUserMedia(constraints);
  };
})();
