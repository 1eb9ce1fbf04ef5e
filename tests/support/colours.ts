import type { Page } from 'playwright-core';

/** An element's own colours and what the page is painted with, as a canvas reads them: red, green, blue. */
export function coloursOf(page: Page, element: string): Promise<{ text: string; fill: string; page: string }> {
  return page.evaluate(`(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const read = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(' ');
    };
    const { color, backgroundColor } = getComputedStyle(${element});
    const behind = getComputedStyle(document.body).backgroundColor;
    return { text: read(color), fill: read(backgroundColor), page: read(behind) };
  })()`);
}

/** Red, green and blue, 0 to 255, of what `coloursOf` gives. */
export function channels(colour: string): number[] {
  return colour.split(' ').map(Number);
}

/** Contrast ratio as WCAG 2 defines it. */
export function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) =>
      value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
