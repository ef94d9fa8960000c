// SPDX-License-Identifier: Apache-2.0
// The server to compare signaling with: rooms and relayed messages over WebSocket, behind nginx, which does TLS. As small
// as the protocol allows; Debian's node-ws.
"use strict";

const { randomUUID } = require("crypto");
const { WebSocketServer } = require("ws");

const PING_INTERVAL = 30_000;
const rooms = new Map();

function send(socket, message) {
  socket.send(JSON.stringify(message));
}

function join(socket, name) {
  const room = rooms.get(name) ?? new Map();
  rooms.set(name, room);
  send(socket, { type: "joined", peerId: socket.id, peers: [...room.keys()] });
  for (const other of room.values()) send(other, { type: "peer-joined", peerId: socket.id });
  room.set(socket.id, socket);
  socket.room = name;
}

function leave(socket) {
  const room = rooms.get(socket.room);
  if (!room?.delete(socket.id)) return;
  for (const other of room.values()) send(other, { type: "peer-left", peerId: socket.id });
  if (room.size === 0) rooms.delete(socket.room);
  socket.room = undefined;
}

function relay(socket, { target, ...message }) {
  const other = rooms.get(socket.room)?.get(target);
  if (other) send(other, { ...message, from: socket.id });
}

function receive(socket, text) {
  const message = JSON.parse(text);
  switch (message.type) {
    case "join": return join(socket, message.room);
    case "leave": return leave(socket);
    case "offer":
    case "answer":
    case "ice-candidate": return relay(socket, message);
  }
}

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false, backlog: 1024 });

server.on("connection", (socket) => {
  socket.id = randomUUID();
  socket.isAlive = true;
  socket.on("message", (data) => receive(socket, data));
  socket.on("pong", () => { socket.isAlive = true; });
  socket.on("close", () => leave(socket));
});

setInterval(() => {
  for (const socket of server.clients) {
    if (!socket.isAlive) { socket.terminate(); continue; }
    socket.isAlive = false;
    socket.ping();
  }
}, PING_INTERVAL);
