import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { layers, packageOwners } from './layers.js';

/** For each room: every other room that it must not import. */
const roomRules = Object.entries(layers).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(layers)
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              group: [`**/${other}/**`],
              message: `src/${room} must not import src/${other} (layers.js).`,
            })),
          ...Object.entries(packageOwners)
            .filter(([, owners]) => !owners.some((owner) => owner.startsWith(`^src/${room}/`)))
            .map(([name]) => ({ group: [name, `${name}/**`], message: `${name} has another owner (layers.js).` })),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'dist-single/**', 'dist-cli/**', 'node_modules/**', '.cache/**'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.worker.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Typed arrays on hot paths are read with a non-null assertion: the index is bounded by construction there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'svelte/button-has-type': 'error',
      'svelte/require-each-key': 'error',
      'svelte/no-at-html-tags': 'error',
      // Maps of findings and facets stand outside the runes on purpose: reactive ones cost a signal per entry.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  ...roomRules,
  { files: ['scripts/**', 'bench/**', 'src/cli/**', 'tests/**', 'bin/**'], rules: { 'no-console': 'off' } },
  { files: ['*.js', '*.cjs', 'bin/**/*.mjs', 'scripts/**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
