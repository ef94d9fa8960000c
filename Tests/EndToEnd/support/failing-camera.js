// SPDX-License-Identifier: Apache-2.0

// The errors of real machines (Media Capture and Streams, section 10.2.1), which a fake device cannot have.
(() => {
  const name = new URLSearchParams(location.search).get("fail");
  if (name) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("from the test", name));
})();
