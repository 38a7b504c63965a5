// Checks the directions of layers.js over whole import graphs, cycles included; ESLint checks the same table line by
// line in the editor.

const { layers, packageOwners } = require('./layers.js');

const roomRules = Object.entries(layers).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')} (layers.js)`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^(src|workers)/', pathNot: [room, ...allowed].map((name) => `^src/${name}/`) },
}));

const packageRules = Object.entries(packageOwners).map(([name, owners]) => ({
  name: `package-${name}`,
  comment: `${name} belongs to ${owners.join(', ')} (layers.js)`,
  severity: 'error',
  from: { path: '^(src|workers)/', pathNot: owners },
  to: { path: `^node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-missing',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:winnow/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(src|workers|scripts)/' },
      to: { path: '^(tests|bench)/' },
    },
    {
      name: 'workers-only-glue',
      comment: 'a worker takes from any room but the page',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/(app|ui|cli)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'svelte', 'default'],
      extensions: ['.ts', '.js', '.svelte'],
    },
  },
};
