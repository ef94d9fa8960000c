// SPDX-License-Identifier: Apache-2.0
// What the check beside a TURN server does in the settings of Nextcloud Talk (TurnServer.vue). Evaluated with an
// RTCIceServer; answers with the kinds of candidates that came until the first relayed one, or until there are no more.
async (server) => {
  const patienceMilliseconds = 10_000;
  const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
  const kinds = [];
  const done = new Promise((resolve) => {
    setTimeout(resolve, patienceMilliseconds);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) kinds.push(candidate.type);
      if (!candidate || candidate.type === "relay") resolve();
    };
  });
  connection.createDataChannel("status");
  await connection.setLocalDescription(await connection.createOffer({ offerToReceiveAudio: true }));
  await done;
  connection.close();
  return kinds;
};
