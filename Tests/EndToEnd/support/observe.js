// SPDX-License-Identifier: Apache-2.0

// Runs before the app's own scripts and lets a test see what the page does not show. It changes nothing.
globalThis.observed = (() => {
  const connections = [];
  const candidates = [];
  const streams = [];
  const sounds = [];
  const history = [];
  const times = { clicked: null, firstFrame: null };

  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(configuration) {
      super(configuration);
      connections.push(this);
      this.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate?.candidate) candidates.push(candidate.candidate);
      });
    }
  };

  const Sound = globalThis.AudioContext;
  globalThis.AudioContext = class AudioContext extends Sound {
    constructor(options) {
      super(options);
      sounds.push(this);
    }
  };

  const devices = globalThis.navigator.mediaDevices;
  const getUserMedia = devices?.getUserMedia.bind(devices);
  if (devices) {
    devices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      streams.push(stream);
      return stream;
    };
  }

  addEventListener("click", ({ target }) => {
    if (target.closest?.("#join")) times.clicked = performance.now();
  }, true);

  new MutationObserver((mutations) => {
    for (const { target, attributeName, addedNodes } of mutations) {
      if (attributeName) history.push(target.getAttribute(attributeName));
      for (const node of addedNodes) watchFrames(node);
    }
  }).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-status", "data-state"],
  });

  function watchFrames(node) {
    if (!node.classList?.contains("tile")) return;
    node.querySelector("video").requestVideoFrameCallback(() => (times.firstFrame ??= performance.now()));
  }

  const live = () => connections.filter((connection) => connection.connectionState !== "closed");
  const statistics = async (connection) => [...(await connection.getStats()).values()];

  async function media(connection) {
    const inbound = (await statistics(connection)).filter(({ type }) => type === "inbound-rtp");
    const sum = (kind, name) => inbound.filter((entry) => entry.kind === kind)
      .reduce((total, entry) => total + (entry[name] ?? 0), 0);
    return {
      connection: connections.indexOf(connection),
      frames: sum("video", "framesDecoded"),
      audioPackets: sum("audio", "packetsReceived"),
      audioEnergy: sum("audio", "totalAudioEnergy"),
      audioLevel: sum("audio", "audioLevel"),
      audioDuration: sum("audio", "totalSamplesDuration"),
    };
  }

  async function paths(connection) {
    const entries = await statistics(connection);
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const transports = entries.filter(({ type }) => type === "transport");
    const selected = transports.map(({ selectedCandidatePairId }) => byId.get(selectedCandidatePairId));
    return {
      selected: selected.map((pair) => pair && {
        local: byId.get(pair.localCandidateId), remote: byId.get(pair.remoteCandidateId),
        roundTripTime: pair.currentRoundTripTime, bytesReceived: pair.bytesReceived, timestamp: pair.timestamp,
      }),
      local: entries.filter(({ type }) => type === "local-candidate"),
      remote: entries.filter(({ type }) => type === "remote-candidate"),
      description: connection.localDescription?.sdp ?? "",
      policy: connection.getConfiguration().iceTransportPolicy,
      servers: connection.getConfiguration().iceServers,
    };
  }

  const spectra = new WeakMap();

  /** The loudest frequency in Hz that arrives with the sound of a video element; 0 in silence. */
  function frequency(video) {
    const [track] = video?.srcObject?.getAudioTracks() ?? [];
    if (!track) return 0;
    if (!spectra.has(track)) spectra.set(track, spectrum(track));
    const analyser = spectra.get(track);
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const loudest = bins.reduce((best, level, index) => (level > bins[best] ? index : best), 0);
    return bins[loudest] > -70 ? (loudest * analyser.context.sampleRate) / analyser.fftSize : 0;
  }

  function spectrum(track) {
    const context = new Sound();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    return analyser;
  }

  /** What may be sent of each track, by the connection. */
  function limits(connection) {
    const senders = connection.getSenders().filter(({ track }) => track);
    return senders.map((sender) => ({ kind: sender.track.kind, ...sender.getParameters().encodings[0] }));
  }

  return {
    candidates, frequency, history, times, streams, sounds,
    media: () => Promise.all(live().map(media)),
    sections: () => live().map((connection) => connection.getTransceivers().length),
    limits: () => live().map(limits),
    paths: () => Promise.all(live().map(paths)),
  };
})();
