// SPDX-License-Identifier: Apache-2.0
// Two peer connections of one page that meet only through TURN. Evaluated by test_chromium.py with an RTCIceServer and
// a number of messages; answers with what came back, and the candidates of both.
async ({ server, messages }) => {
  const patienceMilliseconds = 30_000;
  const configuration = { iceServers: [server], iceTransportPolicy: "relay" };
  const [caller, callee] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
  const errors = [];
  for (const [from, to] of [[caller, callee], [callee, caller]]) {
    from.onicecandidate = ({ candidate }) => candidate && to.addIceCandidate(candidate);
    from.onicecandidateerror = ({ url, errorCode, errorText }) => errors.push(`${url} ${errorCode} ${errorText}`);
  }
  callee.ondatachannel = ({ channel }) => {
    channel.onmessage = ({ data }) => channel.send(data.toUpperCase());
  };
  const channel = caller.createDataChannel("interop");
  const answers = [];
  const answered = new Promise((resolve) => {
    channel.onmessage = ({ data }) => answers.push(data) === messages && resolve();
  });
  channel.onopen = () => {
    for (let number = 0; number < messages; number += 1) channel.send(`message ${number}`);
  };
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, patienceMilliseconds))]);

  const candidates = [];
  for (const side of [caller, callee]) {
    for (const entry of (await side.getStats()).values()) {
      if (entry.type === "local-candidate") candidates.push([entry.candidateType, entry.relayProtocol, entry.url]);
    }
    side.close();
  }
  return { answers, candidates, errors };
};
