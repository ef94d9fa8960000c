// SPDX-License-Identifier: Apache-2.0

/** Phones of one maker do that with videos only. */
export function canFillScreen() {
  return document.fullscreenEnabled === true;
}

export function isFullScreen() {
  return document.fullscreenElement !== null;
}

/** The whole page, so that status and dialogs stay to be seen. */
export async function toggleFullScreen() {
  try {
    if (isFullScreen()) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    // The browser does not want to; nothing has changed.
  }
}
