// SPDX-License-Identifier: Apache-2.0

// A camera of 720 lines of its own: a square that moves over one color, which costs nearly nothing to paint and to encode.
let squareX = 0;
paintCamera(1280, 720, 2, (drawing) => {
  drawing.fillStyle = "#2f6f7e";
  drawing.fillRect(0, 0, 1280, 720);
  drawing.fillStyle = "#f0c09a";
  squareX = (squareX + 64) % 1280;
  drawing.fillRect(squareX, 320, 80, 80);
});
