// SPDX-License-Identifier: Apache-2.0

// A camera for pictures of the app: draws a person in a room instead of Chromium's test pattern.
(() => {
  const WIDTH = 1280;
  const HEIGHT = 720;
  const LOOKS = [
    { wall: ["#e8b48c", "#8c4a5c"], lamp: "#ffe9c9", skin: "#f0c09a", hair: "#4a2c20", shirt: "#2f6f7e", long: true },
    { wall: ["#8fc1c8", "#2d5570"], lamp: "#f3fbff", skin: "#b97a50", hair: "#1d1512", shirt: "#d98841", long: false },
    { wall: ["#b9a8dc", "#4b3f7c"], lamp: "#f7ecff", skin: "#8a5433", hair: "#18110d", shirt: "#c9556b", long: true },
  ];
  const query = new URLSearchParams(location.search);
  const look = LOOKS[Number(query.get("look") ?? 0) % LOOKS.length];
  // Many in one call share the processor.
  const [scale, rate] = query.has("light") ? [Number(query.get("light")), 4] : [1, 15];

  navigator.mediaDevices.getUserMedia = async () => {
    const size = { width: WIDTH * scale, height: HEIGHT * scale };
    const canvas = Object.assign(document.createElement("canvas"), size);
    const drawing = canvas.getContext("2d");
    drawing.scale(scale, scale);
    const started = performance.now();
    const draw = () => paint(drawing, (performance.now() - started) / 1000);
    draw();
    setInterval(draw, 1000 / rate);
    const audio = new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
    return new MediaStream([...canvas.captureStream(rate).getVideoTracks(), ...audio]);
  };

  function paint(drawing, seconds) {
    paintRoom(drawing);
    drawing.save();
    drawing.translate(WIDTH / 2 + 10 * Math.sin(seconds * 0.9), HEIGHT * 0.5 + 5 * Math.sin(seconds * 1.7));
    drawing.rotate(0.025 * Math.sin(seconds * 0.7));
    drawing.scale(0.9, 0.9);
    paintPerson(drawing, seconds);
    drawing.restore();
  }

  function paintRoom(drawing) {
    const wall = drawing.createLinearGradient(0, 0, WIDTH * 0.5, HEIGHT);
    wall.addColorStop(0, look.wall[0]);
    wall.addColorStop(1, look.wall[1]);
    drawing.fillStyle = wall;
    drawing.fillRect(0, 0, WIDTH, HEIGHT);
    const light = drawing.createRadialGradient(260, 170, 10, 260, 170, 460);
    light.addColorStop(0, look.lamp);
    light.addColorStop(1, "transparent");
    drawing.globalAlpha = 0.65;
    drawing.fillStyle = light;
    drawing.fillRect(0, 0, WIDTH, HEIGHT);
    drawing.globalAlpha = 0.16;
    drawing.filter = "blur(6px)";
    drawing.fillStyle = "#20162c";
    drawing.fillRect(900, 250, 320, 14);
    for (const [x, height] of [[925, 120], [965, 150], [1008, 105], [1050, 138], [1120, 90], [1160, 128]]) {
      drawing.fillRect(x, 250 - height, 30, height);
    }
    drawing.filter = "none";
    drawing.globalAlpha = 1;
  }

  function paintPerson(drawing, seconds) {
    if (look.long) oval(drawing, look.hair, 0, 40, 158, 215);
    drawing.fillStyle = look.shirt;
    drawing.beginPath();
    drawing.ellipse(0, 470, 330, 240, 0, Math.PI, 0);
    drawing.lineTo(330, 700);
    drawing.lineTo(-330, 700);
    drawing.fill();
    drawing.fillStyle = look.skin;
    drawing.beginPath();
    drawing.roundRect(-52, 90, 104, 175, 52);
    drawing.fill();
    oval(drawing, "rgb(0 0 0 / 0.14)", 0, 150, 70, 30);
    oval(drawing, look.skin, 0, 0, 122, 158);
    paintHair(drawing);
    paintFace(drawing, seconds);
  }

  function paintHair(drawing) {
    drawing.fillStyle = look.hair;
    drawing.beginPath();
    drawing.ellipse(0, -48, 136, 122, 0, Math.PI, 0);
    drawing.bezierCurveTo(110, -95, 40, -88, -20, -105);
    drawing.bezierCurveTo(-60, -70, -110, -80, -136, -48);
    drawing.fill();
  }

  function paintFace(drawing, seconds) {
    const blink = seconds % 4 < 0.15 ? 0.1 : 1;
    for (const side of [-1, 1]) {
      oval(drawing, "#2a1a14", side * 46, -4, 10, 13 * blink);
      oval(drawing, "rgb(225 90 80 / 0.18)", side * 70, 48, 26, 18);
      stroke(drawing, () => drawing.arc(side * 46, -22, 24, Math.PI * 1.2, Math.PI * 1.8), look.hair, 7);
    }
    stroke(drawing, () => drawing.arc(0, 26, 11, 0.4, Math.PI - 0.4), "rgb(0 0 0 / 0.25)", 5);
    const smile = 44 + 4 * Math.sin(seconds * 3);
    drawing.fillStyle = "#7c2832";
    drawing.beginPath();
    drawing.arc(0, 58, smile, 0.15, Math.PI - 0.15);
    drawing.fill();
    drawing.fillStyle = "#fff";
    drawing.beginPath();
    drawing.roundRect(-smile * 0.82, 66, smile * 1.64, 11, 5);
    drawing.fill();
  }

  function oval(drawing, color, x, y, width, height) {
    drawing.fillStyle = color;
    drawing.beginPath();
    drawing.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
    drawing.fill();
  }

  function stroke(drawing, path, color, width) {
    drawing.strokeStyle = color;
    drawing.lineWidth = width;
    drawing.lineCap = "round";
    drawing.beginPath();
    path();
    drawing.stroke();
  }
})();
