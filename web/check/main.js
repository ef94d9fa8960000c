// SPDX-License-Identifier: Apache-2.0

import { systemClock } from "../clock.js";
import { newRoomName } from "../rooms.js";
import { Doctor } from "./doctor.js";
import { headline, report } from "./report.js";
import { Examination } from "./steps.js";
import { CheckView } from "./view.js";

const examination = new Examination({
  location,
  newRoom: () => newRoomName((bytes) => crypto.getRandomValues(bytes)),
  fetch: (url, options) => fetch(url, options),
  WebSocket,
  createConnection: (configuration) => new RTCPeerConnection(configuration),
  mediaDevices: navigator.mediaDevices,
  clock: systemClock,
  now: () => performance.now(),
  isOnline: () => navigator.onLine,
});
const doctor = new Doctor(examination.steps, (entry) => {
  view.showStep(entry);
  showResult();
});
const view = new CheckView(doctor.entries, {
  run: () => void doctor.run(),
  runFrom: (id) => void doctor.runFrom(id),
});

function showResult() {
  const { entries, running } = doctor;
  view.showResult(headline(entries), running);
  const about = { origin: location.origin, time: new Date(), browser: navigator.userAgent };
  view.showReport(report(entries, about));
}

void doctor.run();
