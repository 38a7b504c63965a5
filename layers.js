// The directions of the house, kept as code. ESLint and dependency-cruiser both read this table, so a wall that
// is moved here is moved everywhere. A room may import itself and the rooms listed for it.
export const layers = {
  base: [],
  model: ['base'],
  evtx: ['model', 'base'],
  sigma: ['model', 'base'],
  query: ['model', 'base'],
  index: ['query', 'model', 'base'],
  analysis: ['model', 'base'],
  intake: ['model', 'base'],
  store: ['model', 'base'],
  // A case as one file.
  casefile: ['model', 'base'],
  export: ['model', 'base'],
  engine: ['model', 'base'],
  pool: ['model', 'base'],
  // The one place where reader and engine meet: the job of scanning a slice, used by the worker, the CLI, tests and bench.
  scan: ['evtx', 'engine', 'sigma', 'model', 'base'],
  app: ['intake', 'pool', 'store', 'casefile', 'query', 'analysis', 'export', 'model', 'base'],
  ui: ['app', 'model', 'base'],
  cli: [
    'index',
    'scan',
    'evtx',
    'engine',
    'sigma',
    'query',
    'analysis',
    'intake',
    'store',
    'export',
    'pool',
    'model',
    'base',
  ],
};

// Packages that belong to one room (or one file). Everything else must not import them.
export const packageOwners = {
  comlink: ['^src/pool/', '^workers/'],
  idb: ['^src/store/'],
  'js-yaml': ['^src/sigma/source/'],
  re2js: ['^src/base/linear-regex\\.ts$'],
  '@zip.js/zip.js': ['^src/intake/zip-library\\.ts$'],
  // WebDriver BiDi to Firefox.
  ws: ['^tests/e2e/firefox-page\\.ts$'],
  '@codemirror/commands': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/lang-yaml': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/language': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/lint': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/search': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/state': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@codemirror/view': ['^src/ui/workbench/yaml-editor\\.ts$'],
  '@lezer/highlight': ['^src/ui/workbench/yaml-editor\\.ts$'],
  'workbox-window': ['^src/app/offline\\.svelte\\.ts$'],
};
