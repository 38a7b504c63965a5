// Vite plugin: the development server puts styles into the page as it goes, which the page's policy refuses. Under that
// server, and nowhere else, inline styles are allowed, and its own scripts are spared trusted types.

import type { Plugin } from 'vite';

/** Loosens the policy for `vite dev`; a build is left alone. */
export function developmentPolicy(): Plugin {
  return {
    name: 'winnow-development-policy',
    apply: 'serve',
    transformIndexHtml: (html) =>
      html
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
        .replace(/; require-trusted-types-for[^"]*/, ''),
  };
}
