// SPDX-License-Identifier: Apache-2.0

// A screen that can be kept on, and counts who wants that.
globalThis.wakeLocks = (() => {
  const locks = new Set();
  const wakeLock = {
    async request() {
      const lock = { release: async () => void locks.delete(lock) };
      locks.add(lock);
      return lock;
    },
  };
  Object.defineProperty(globalThis.navigator, "wakeLock", { value: wakeLock });
  return {
    get held() {
      return locks.size;
    },
    lose() {
      locks.clear();
      document.dispatchEvent(new Event("visibilitychange"));
    },
  };
})();
