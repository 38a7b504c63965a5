// Budgets of the built app, gzipped (size-limit). What the first load takes is read from the built page itself: the
// script it names, what that preloads, and the style. Everything else is loaded when it is asked for.

const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const page = join(__dirname, 'dist/index.html');
const html = existsSync(page) ? readFileSync(page, 'utf8') : '';
const namedFiles = (extension) =>
  [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)]
    .map((match) => `dist/${match[1]}`)
    .filter((path) => path.endsWith(extension));

module.exports = [
  { name: 'first load: script', path: namedFiles('.js'), limit: '90 KB', gzip: true },
  { name: 'first load: style', path: namedFiles('.css'), limit: '25 KB', gzip: true },
  // 44 KB of it are re2js, which keeps a rule's regular expression from hanging the scan; it also carries the recovery of
  // deleted records, the joins with parent processes, and the zip reader (36 KB): what encrypted logs hold is read again
  // by whoever needs a place in them, instead of being kept unpacked (158 KB in all).
  { name: 'scan worker', path: ['dist/assets/scan.worker-*.js'], limit: '165 KB', gzip: true },
];
