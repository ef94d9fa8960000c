// SPDX-License-Identifier: Apache-2.0

// Statistics as they would be if media went to another port.
(() => {
  const { getStats } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.getStats = async function (...options) {
    const entries = [...(await getStats.apply(this, options)).values()];
    const astray = entries.map((entry) => (entry.url ? { ...entry, url: "turn:turn.test:3478?transport=udp" } : entry));
    return new Map(astray.map((entry) => [entry.id, entry.url ? { ...entry, relayProtocol: "udp" } : entry]));
  };
})();
