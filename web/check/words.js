// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./doctor.js").StepId} StepId */

/**
 * @typedef {object} Place Where the server and its relay are.
 * @property {string} host
 * @property {number} port
 * @property {string} relayHost
 * @property {number} relayPort
 *
 * @typedef {object} Words
 * @property {string} headline what is wrong, as the end of a sentence
 * @property {string} text
 * @property {string} advice
 */

const ELSEWHERE = "If it works in another network, such as a phone’s, this network is the cause.";

/** @type {(host: string, port: number) => string} */
const askFor = (host, port) =>
  `Ask whoever runs the network to allow TCP port ${port} to ${host}, without inspecting TLS. ${ELSEWHERE}`;

/** @type {(place: Place) => string} */
const askForWebSockets = ({ host }) =>
  "A proxy that does not let WebSockets pass does that, or a firewall that inspects TLS. Ask whoever runs the network "
  + `to allow WebSockets (wss) to ${host}, or to leave ${host} out of TLS inspection. ${ELSEWHERE}`;

/** @type {(place: Place) => string} */
const askForRelay = (place) =>
  isOnePlace(place)
    ? "A firewall that inspects TLS does that: it lets web pages pass and cuts off everything else. Ask whoever runs "
      + `the network to leave ${place.host} out of TLS inspection. ${ELSEWHERE}`
    : "Its name may not be found (DNS), its address may be blocked, or a firewall inspects TLS and lets only web pages "
      + `pass. ${askFor(place.relayHost, place.relayPort)}`;

/** @type {(place: Place) => boolean} */
const isOnePlace = ({ host, port, relayHost, relayPort }) => host === relayHost && port === relayPort;

/** @type {Record<string, (place: Place) => Words>} */
const ECHO_PROBLEMS = {
  single: ({ relayHost }) => ({
    headline: "only one connection is possible",
    text: "The relay can be reached once, but not by two connections at the same time.",
    advice: "A call has a connection for each participant. Ask whoever runs the network to allow several connections "
      + `to ${relayHost}. ${ELSEWHERE}`,
  }),
  silent: (place) => ({
    headline: "nothing comes back",
    text: "The relay can be reached, but nothing comes back through it.",
    advice: "A firewall that looks at a connection for a while before it cuts it does that. Ask whoever runs the "
      + `network to leave ${place.relayHost} out of TLS inspection. ${ELSEWHERE}`,
  }),
  lost: ({ relayHost }) => ({
    headline: "the connection is cut off",
    text: "Some messages came back through the relay, then no more.",
    advice: "The network is overloaded, or a firewall cuts connections that are not web pages. Run the check again. "
      + `Ask whoever runs the network to leave ${relayHost} out of TLS inspection. ${ELSEWHERE}`,
  }),
};

/** @type {Record<Exclude<StepId, "devices">, Record<string, (place: Place) => Words>>} */
const PROBLEMS = {
  host: {
    offline: () => ({
      headline: "this device is offline",
      text: "The device says that it has no network.",
      advice: "Connect it to a network, then run the check again.",
    }),
    silent: (place) => ({
      headline: "no answer",
      text: `${place.host} has not answered for 10 seconds.`,
      advice: `A firewall that drops what is sent to an address does that. ${askFor(place.host, place.port)}`,
    }),
    unreachable: (place) => ({
      headline: "no connection",
      text: `There is no connection to ${place.host}.`,
      advice: "Its name may not be found (DNS), its address may be blocked, a firewall that inspects TLS may show a "
        + `certificate that the browser refuses, or the server is down. ${askFor(place.host, place.port)}`,
    }),
    foreign: ({ host }) => ({
      headline: "something else answers",
      text: `What came back is not from ${host}.`,
      advice: "Networks where one signs in do that, and filters. Open any other web page, sign in if it asks for that, "
        + "and run the check again.",
    }),
  },
  signaling: {
    refused: (place) => ({
      headline: "WebSockets are blocked",
      text: `Pages of ${place.host} load, but a WebSocket to it is refused.`,
      advice: askForWebSockets(place),
    }),
    silent: (place) => ({
      headline: "WebSockets are blocked",
      text: `Pages of ${place.host} load, but a WebSocket to it has not opened for 10 seconds.`,
      advice: askForWebSockets(place),
    }),
    mute: (place) => ({
      headline: "messages do not get through",
      text: "The WebSocket opened, but no message came back for 8 seconds.",
      advice: askForWebSockets(place),
    }),
    cut: (place) => ({
      headline: "the WebSocket is cut off",
      text: "The WebSocket opened and was closed before the server’s first message.",
      advice: askForWebSockets(place),
    }),
    declined: () => ({
      headline: "the server has no place",
      text: "The server was reached and turned the check away. The network is fine so far.",
      advice: "Run the check again in some minutes.",
    }),
  },
  relay: {
    none: ({ host }) => ({
      headline: "no relay over TLS is offered",
      text: "The server names no relay that uses TLS.",
      advice: `This network is not the cause. Tell whoever runs ${host}, and add the report.`,
    }),
    unreachable: (place) => ({
      headline: "no connection",
      text: isOnePlace(place)
        ? `Pages of ${place.host} load, but media through the same port is cut off.`
        : `There is no connection to ${place.relayHost}, port ${place.relayPort}.`,
      advice: askForRelay(place),
    }),
    silent: (place) => ({
      headline: "no answer",
      text: `${place.relayHost}, port ${place.relayPort}, has not answered for 15 seconds.`,
      advice: askForRelay(place),
    }),
    declined: ({ host }) => ({
      headline: "it refuses",
      text: "The relay was reached and refused. The network is fine so far.",
      advice: "Run the check again in some minutes. If that does not help, tell whoever runs "
        + `${host}, and add the report.`,
    }),
  },
  echo: ECHO_PROBLEMS,
  // It opens the connections anew where it is tried again.
  speed: {
    ...ECHO_PROBLEMS,
    stalled: ({ relayHost }) => ({
      headline: "nothing gets through under load",
      text: "Small messages get through the relay, but of many none did in 2 seconds.",
      advice: "The network is very slow, or a firewall holds back what is not a web page. Run the check again. Ask "
        + `whoever runs the network to leave ${relayHost} out of TLS inspection. ${ELSEWHERE}`,
    }),
  },
};

/** Below, pictures suffer. */
const ENOUGH_BITS = 1_000_000;
/** Above, people interrupt each other. */
const LATE_MILLISECONDS = 400;

/**
 * @param {Exclude<StepId, "devices">} step
 * @param {string} code of the problem
 * @param {Place} place
 * @returns {Words}
 */
export function problemWords(step, code, place) {
  return PROBLEMS[step][code](place);
}

/**
 * @param {number} milliseconds there and back
 * @param {number} bits in a second
 * @returns {import("./doctor.js").Outcome}
 */
export function speedOutcome(milliseconds, bits) {
  const text = `There and back in ${Math.round(milliseconds)} ms; about ${rate(bits)} get through.`;
  const details = [`round trip ${milliseconds.toFixed(1)} ms`, `throughput ${Math.round(bits / 1000)} kbit/s`];
  if (bits < ENOUGH_BITS) {
    const advice = "That is enough for sound. Turn the camera off when others are hard to understand.";
    return { state: "warning", text, headline: "the network is slow", advice, details };
  }
  if (milliseconds > LATE_MILLISECONDS) {
    const advice = "Others hear you late: leave them a moment to answer.";
    return { state: "warning", text, headline: "the way is long", advice, details };
  }
  return { state: "passed", text, details };
}

/** @param {number} bits */
function rate(bits) {
  const megabits = bits / 1e6;
  return megabits < 1 ? `${Math.round(bits / 1000)} kbit/s` : `${megabits.toFixed(megabits < 10 ? 1 : 0)} Mbit/s`;
}
