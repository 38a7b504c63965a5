// Contrast and colour-blind distance of the palette, computed from tokens.css itself.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../src/ui/shared/tokens.css', import.meta.url), 'utf8');
type Rgb = readonly [number, number, number];

function tokens(scheme: 'light' | 'dark'): Map<string, Rgb> {
  const found = new Map<string, Rgb>();
  for (const [, name = '', light = '', dark = ''] of css.matchAll(
    /--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
  )) {
    const hex = scheme === 'light' ? light : dark;
    found.set(name, [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb);
  }
  return found;
}

function linear(rgb: Rgb): Rgb {
  return rgb.map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  ) as unknown as Rgb;
}

function contrast(a: Rgb, b: Rgb): number {
  const [x = 0, y = 0] = [a, b].map((rgb) => {
    const [red, green, blue] = linear(rgb);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Matrices of Machado, Oliveira and Fernandes (2009) for full deficiency, on linear RGB. */
const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE Lab of a colour as an eye sees it. */
function lab(rgb: Rgb, eye: readonly Rgb[]): Rgb {
  const input = linear(rgb);
  const [r = 0, g = 0, b = 0] = eye.map((row) =>
    Math.min(1, Math.max(0, row[0] * input[0] + row[1] * input[1] + row[2] * input[2])),
  );
  const f = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'];

describe.each(['light', 'dark'] as const)('the %s palette', (scheme) => {
  const palette = tokens(scheme);
  const colour = (name: string): Rgb => palette.get(name)!;

  test('text can be read on every ground it stands on', () => {
    const texts = ['text', 'text-soft', 'text-faint', 'accent-text', 'danger', 'warn', 'good', ...LEVELS];
    const grounds = ['surface', 'ground', 'raised', 'hover', 'selected', 'accent-soft'];
    for (const text of texts) {
      for (const ground of grounds)
        expect(contrast(colour(text), colour(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colour('on-accent'), colour('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('mark-text'), colour('mark'))).toBeGreaterThanOrEqual(4.5);
  });

  test('outlines and fills stand off the surface', () => {
    for (const name of ['line-strong', 'focus'])
      expect(contrast(colour(name), colour('surface')), name).toBeGreaterThanOrEqual(3);
  });

  test('neighbouring levels can be told apart by every kind of eye', () => {
    for (const [eye, matrix] of Object.entries(EYES)) {
      for (let i = 1; i < LEVELS.length; i++) {
        const [a, b] = [LEVELS[i - 1]!, LEVELS[i]!].map((level) => lab(colour(`${level}-fill`), matrix)) as [Rgb, Rgb];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        expect(distance, `${LEVELS[i - 1]!} and ${LEVELS[i]!} for ${eye} eyes`).toBeGreaterThan(15);
      }
    }
  });
});
