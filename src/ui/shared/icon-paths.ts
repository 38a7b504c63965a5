// The strokes of the icons, on a 16-pixel grid.

export const ICON_PATHS = {
  back: 'M10 3 5 8l5 5',
  forward: 'M6 3l5 5-5 5',
  down: 'M3 6l5 5 5-5',
  up: 'M3 10l5-5 5 5',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  copy: 'M6 6h7v7H6zM3 10V3h7',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.5',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5 13h6l.5-8.5M7 7v4M9 7v4',
  pencil: 'M3 13l.8-3L10.5 3.3l2.2 2.2L6 12.2z',
  file: 'M4 2.5h5l3 3V13.5H4zM9 2.5v3h3',
  folder: 'M2 4.5h4.5l1.5 1.5H14v7H2z',
  list: 'M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6 6.5v6',
  chart: 'M2.5 13.5h11M4 13V8M8 13V4M12 13V10',
  alert: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01',
  book: 'M3 3h4a1.5 1.5 0 0 1 1 .5A1.5 1.5 0 0 1 9 3h4v9.5H9a1 1 0 0 0-1 .5 1 1 0 0 0-1-.5H3zM8 4v9',
  stop: 'M4 4h8v8H4z',
  save: 'M8 2.5V10M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  contrast: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5',
  home: 'M2.5 8 8 3l5.5 5M4 7v6h8V7',
  filter: 'M2.5 3.5h11L9.5 8.5v4l-3 1v-5z',
  keyboard: 'M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M11.5 7h.01M5 9.3h6',
  note: 'M3 3h10v7l-3 3H3zM5.5 6h5M5.5 8.5h3',
  shield: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z',
} as const;

export type IconName = keyof typeof ICON_PATHS;
