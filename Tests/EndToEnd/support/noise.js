// SPDX-License-Identifier: Apache-2.0

// A camera whose pictures cannot be made small: a browser sends as much of them as it may.
paintCamera(320, 240, 10, (drawing) => {
  for (let x = 0; x < 320; x += 16) {
    for (let y = 0; y < 240; y += 16) {
      drawing.fillStyle = `hsl(${Math.random() * 360} 70% ${Math.random() * 100}%)`;
      drawing.fillRect(x, y, 16, 16);
    }
  }
});
