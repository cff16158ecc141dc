/** Least contrast of text, by WCAG 2.2 (1.4.3). */
const least = 4.5;

/** Why a colour cannot be told from one of these, or is none; null when it can be read on all. */
export function contrastProblem(colour: string, grounds: readonly string[]): string | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return 'expected a colour such as "#17625c"';
  for (const ground of grounds) {
    const contrast = contrastOf(colour, ground);
    if (contrast < least)
      return `expected a colour with a contrast of ${least} to ${ground} at least, so that it can be read; it has ${contrast.toFixed(1)}`;
  }
  return null;
}

/** From 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
