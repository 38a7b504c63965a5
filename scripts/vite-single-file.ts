// Vite plugin: folds a build of one script and one style into a single HTML file that works from a memory stick. The
// policy of the page is kept and made stricter: script and style are allowed by their hashes, connections not at all.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Replaces the files of the build by `fileName`. */
export function singleFile(options: { readonly root: string; readonly fileName: string }): Plugin {
  return {
    name: 'winnow-single-file',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_output, bundle) {
        const pieces = Object.values(bundle);
        const chunks = pieces.filter((piece) => piece.type === 'chunk');
        const html = pieces.find((piece) => piece.fileName.endsWith('.html'));
        const styles = pieces.filter((piece) => piece.fileName.endsWith('.css'));
        const [script] = chunks;
        if (script === undefined || chunks.length > 1 || html?.type !== 'asset') {
          throw new Error(`a single file needs one script and one page, not ${chunks.length} scripts`);
        }
        const css = styles.map((piece) => (piece.type === 'asset' ? textOf(piece.source) : '')).join('\n');
        const icon = readFileSync(join(options.root, 'public/icon.svg')).toString('base64');
        const source = foldPage(textOf(html.source), { script: script.code, css, icon });
        const rest = pieces.filter((piece) => piece !== html && piece !== script && !styles.includes(piece));
        if (rest.length > 0)
          throw new Error(`left over beside the page: ${rest.map((piece) => piece.fileName).join(', ')}`);
        for (const piece of pieces) Reflect.deleteProperty(bundle, piece.fileName);
        this.emitFile({ type: 'asset', fileName: options.fileName, source });
      },
    },
  };
}

/** As in index.html, which has the reasons. */
const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types svelte-trusted-html winnow-scripts";

function foldPage(
  html: string,
  parts: { readonly script: string; readonly css: string; readonly icon: string },
): string {
  // The text of an element ends at its end tag, wherever in the code that stands.
  const script = parts.script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const policy = `script-src '${hashOf(script)}'; style-src '${hashOf(parts.css)}'; img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'; ${TRUSTED_TYPES}`;
  const replacements: [pattern: RegExp, text: string][] = [
    [/<script type="module"[^>]*><\/script>\s*/, ''],
    [/<link rel="stylesheet"[^>]*>\s*/g, ''],
    [/<link rel="(?:manifest|modulepreload)"[^>]*>\s*/g, ''],
    [/<link rel="icon"[^>]*>/, `<link rel="icon" href="data:image/svg+xml;base64,${parts.icon}" />`],
    [/content="default-src[^"]*"/, `content="default-src 'none'; ${policy}"`],
    [/<\/head>/, `<style>${parts.css}</style>\n</head>`],
    [/<\/body>/, `<script type="module">${script}</script>\n</body>`],
  ];
  let page = html;
  for (const [pattern, text] of replacements) page = page.replace(pattern, () => text);
  return page;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
