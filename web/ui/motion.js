// SPDX-License-Identifier: Apache-2.0

const DURATION = 280;

/**
 * Lets elements glide from where they were to where a layout change puts them (first, last, invert, play).
 *
 * @param {Element[]} elements
 * @param {() => void} change
 */
export function glide(elements, change) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return change();
  const before = new Map(elements.map((element) => [element, element.getBoundingClientRect()]));
  change();
  for (const [element, from] of before) {
    if (from.width && from.height) animate(element, from, element.getBoundingClientRect());
  }
}

/**
 * @param {Element} element
 * @param {DOMRect} from
 * @param {DOMRect} to
 */
function animate(element, from, to) {
  const moved = from.x !== to.x || from.y !== to.y || from.width !== to.width || from.height !== to.height;
  if (!moved || !to.width || !to.height) return;
  const shift = `translate(${from.x - to.x}px, ${from.y - to.y}px)`;
  const scale = `scale(${from.width / to.width}, ${from.height / to.height})`;
  element.animate(
    [{ transformOrigin: "0 0", transform: `${shift} ${scale}` }, { transformOrigin: "0 0", transform: "none" }],
    { duration: DURATION, easing: "cubic-bezier(0.2, 0, 0, 1)" },
  );
}
