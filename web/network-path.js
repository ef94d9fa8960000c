// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {object} NetworkPath Which way the media of one connection takes, as the browser's statistics tell.
 * @property {string} type of our candidate: "relay", or how it goes directly
 * @property {string} protocol from here to the relay ("tls", "tcp", "udp"), or to the other end
 * @property {string} host of the relay, "" without one
 * @property {number} port of the relay, 0 without one
 * @property {string} remoteType of the other's candidate
 * @property {number} sent in bytes, since this connection began
 * @property {number} received in bytes
 *
 * @typedef {"none" | "good" | "bad"} VerdictState
 */

/** RFC 7065: what is left out. */
const DEFAULT_PORTS = { turn: 3478, turns: 5349 };

/**
 * @param {RTCStatsReport} report
 * @param {RTCIceServer[]} servers that the connection was given
 * @returns {NetworkPath | null} null until a way is found
 */
export function networkPath(report, servers) {
  const pair = selectedPair(report);
  const local = pair && report.get(pair.localCandidateId);
  if (!local) return null;
  const relay = local.candidateType === "relay" ? relayAddress(local.url ?? onlyURL(servers)) : null;
  return {
    type: local.candidateType,
    protocol: relay ? local.relayProtocol : local.protocol,
    host: relay?.host ?? "",
    port: relay?.port ?? 0,
    // Not known before the other end has told its candidate.
    remoteType: report.get(pair.remoteCandidateId)?.candidateType ?? "prflx",
    sent: pair.bytesSent ?? 0,
    received: pair.bytesReceived ?? 0,
  };
}

/**
 * Whether nothing of it passes anywhere but through this port, as TLS; at the other end, as far as one sees from here.
 *
 * @param {NetworkPath} path
 * @param {number} port
 */
export function staysOnPort({ type, protocol, port: relayPort, remoteType }, port) {
  // A candidate that is seen before it is told is "prflx" until then.
  return type === "relay" && protocol === "tls" && relayPort === port && ["relay", "prflx"].includes(remoteType);
}

/**
 * One sentence for the whole call.
 *
 * @param {{ name: string, path: NetworkPath | null }[]} others
 * @param {number} port that page and signaling use
 * @returns {{ state: VerdictState, text: string }}
 */
export function verdict(others, port) {
  const ways = others.flatMap(({ name, path }) => (path ? [{ name, path }] : []));
  if (ways.length === 0) return { state: "none", text: "No media connection yet." };
  const astray = ways.filter(({ path }) => !staysOnPort(path, port)).map(({ name }) => name);
  if (astray.length === 0) return { state: "good", text: `Everything goes through port ${port}.` };
  const subject = astray.length === 1 ? `the connection to ${astray[0]} does` : `those to ${listed(astray)} do`;
  return { state: "bad", text: `Not everything goes through port ${port}: ${subject} not.` };
}

/**
 * The way of one connection in words.
 *
 * @param {NetworkPath | null} path
 */
export function pathSentence(path) {
  if (!path) return "Not connected yet.";
  if (path.type !== "relay") return `Directly to the other browser, over ${path.protocol.toUpperCase()}.`;
  const relay = `To the relay ${path.host}, port ${path.port}, and`;
  if (["relay", "prflx"].includes(path.remoteType)) return `${relay} from there to the other browser.`;
  return `${relay} from there to the other browser without a relay.`;
}

/** @param {NetworkPath} path */
export function protocolName({ type, protocol }) {
  if (type !== "relay") return protocol.toUpperCase();
  return protocol === "tls" ? "TURN over TLS" : `TURN over ${protocol.toUpperCase()}`;
}

/**
 * What the candidate of the other end is.
 *
 * @param {NetworkPath} path
 */
export function remoteName({ remoteType }) {
  if (remoteType === "relay") return "Relay";
  return remoteType === "prflx" ? "Not told yet" : `Direct (${remoteType})`;
}

/** @param {number} bytes */
export function byteText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const unit = bytes < 1e6 ? "kB" : bytes < 1e9 ? "MB" : "GB";
  const amount = bytes / { kB: 1e3, MB: 1e6, GB: 1e9 }[unit];
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${unit}`;
}

/**
 * An address of RFC 7065.
 *
 * @param {string} url
 */
export function relayAddress(url) {
  const [, scheme = "turns", host = "", port] = /^(turns?):(\[[^\]]*\]|[^:?]*)(?::(\d+))?/.exec(url) ?? [];
  return { host, port: port ? Number(port) : DEFAULT_PORTS[scheme === "turn" ? "turn" : "turns"] };
}

/**
 * The pair of candidates that the media goes between.
 *
 * @param {RTCStatsReport} report
 * @returns {any}
 */
export function selectedPair(report) {
  const entries = [...report.values()];
  const transport = entries.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
  if (transport) return report.get(transport.selectedCandidatePairId);
  // Older browsers mark the pair itself.
  return entries.find(({ type, selected }) => type === "candidate-pair" && selected);
}

/**
 * What a candidate of these must have come from, where the browser does not say.
 *
 * @param {RTCIceServer[]} servers
 */
function onlyURL(servers) {
  const urls = servers.flatMap((server) => server.urls);
  return urls.length === 1 ? urls[0] : "";
}

/** @param {string[]} names */
function listed(names) {
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
