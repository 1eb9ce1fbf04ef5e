// Runs inside a page: where the eyes and the mouth of its largest picture of an avatar are, and what lies over them.
(features) => {
  const roots = [document];
  for (const host of document.querySelectorAll('*')) if (host.shadowRoot) roots.push(host.shadowRoot);
  const frames = roots.flatMap((root) => [...root.querySelectorAll('.face-frame')]);
  const areaOf = ({ clientWidth, clientHeight }) => clientWidth * clientHeight;
  const frame = frames.sort((a, b) => areaOf(b) - areaOf(a))[0];
  if (frame === undefined) return { pictures: 0, cut: [], covered: [] };
  const box = frame.getBoundingClientRect();
  const pictures = [...frame.querySelectorAll('.face-picture')];
  const cut = new Set();
  const covered = new Set();

  /** A part of the face in pixels of the window; the square picture covers its element, moved as `object-position` says. */
  function place(picture, part) {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const side = Math.max(width, height);
    const [across, down] = getComputedStyle(picture)
      .objectPosition.split(' ')
      .map((share) => parseFloat(share) / 100);
    const [x, y] = [left + (width - side) * across, top + (height - side) * down];
    return {
      left: x + part.left * side,
      right: x + part.right * side,
      top: y + part.top * side,
      bottom: y + part.bottom * side,
    };
  }

  function isCut({ left, right, top, bottom }) {
    const inWindow = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return !inWindow || left < box.left || right > box.right || top < box.top || bottom > box.bottom;
  }

  /** A soft shade is no cover. */
  function coverAt(x, y) {
    const above = frame.getRootNode().elementsFromPoint(x, y);
    const over = above.slice(
      0,
      above.findIndex((element) => element.classList.contains('face-picture')),
    );
    return over.find((element) => !getComputedStyle(element).backgroundImage.includes('gradient'));
  }

  for (const picture of pictures) {
    for (const [name, part] of Object.entries(features)) {
      const at = place(picture, part);
      if (isCut(at)) cut.add(name);
      for (const across of [0.05, 0.5, 0.95]) {
        for (const down of [0.05, 0.5, 0.95]) {
          const cover = coverAt(at.left + across * (at.right - at.left), at.top + down * (at.bottom - at.top));
          if (cover !== undefined) covered.add(`${name} by ${cover.className || cover.tagName}`);
        }
      }
    }
  }
  return { pictures: pictures.length, cut: [...cut], covered: [...covered] };
};
