import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Rooms whose code must do the same on every host (docs/ARCHITECTURE.md). */
const PURE_ROOMS = [
  'src-main/base/**/*.ts',
  'src-main/vocabulary/**/*.ts',
  'src-main/protocols/**/*.ts',
  'src-main/services/**/*.ts',
  'src-main/faults/**/*.ts',
  'src-main/verification/**/*.ts',
  'src-main/contract/**/*.ts',
  'src-main/runtime/driver/**/*.ts',
  'src-main/runtime/simulator/**/*.ts',
  'src-main/runtime/replayer/**/*.ts',
];

const NOT_PURE = 'makes a core depend on its host: take it as an input instead.';

const impureGlobals = [
  'Date',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'process',
  'fetch',
].map((name) => ({ name, message: `${name} ${NOT_PURE}` }));

/** The planted violation is linted only by the test that proves the bans work. */
const canary = process.env.QLAB_TIDY_CANARY === '1' ? [] : ['tests/tidy/fixtures/**'];

export default tseslint.config(
  {
    ignores: ['node_modules', 'out', 'dist', 'test-results', 'playwright-report', ...canary],
  },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.es2024, ...globals.node } },
    rules: {
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Node runs erasable TypeScript only.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespaces.' },
        { selector: 'TSParameterProperty', message: 'Node runs erasable TypeScript only.' },
      ],
      'max-lines-per-function': ['error', { max: 80, skipComments: true, skipBlankLines: true }],
      // Playwright wants a pattern where a fixture needs nothing: `async ({}, use) => ...`.
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['src-main/**/*.ts', 'tests/**/*.ts'],
    ignores: ['tests/tidy/fixtures/**', 'tests/unit/renderer/**'],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    },
  },
  {
    files: ['src-main/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-console': 'error',
    },
  },
  {
    // What a person reads in the terminal is written by entries; everything else returns it.
    files: ['src-main/entries/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: [...PURE_ROOMS, 'tests/tidy/fixtures/impure.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: `Math.random ${NOT_PURE}` },
        { object: 'Date', property: 'now', message: `Date.now ${NOT_PURE}` },
      ],
    },
  },
  {
    // A test body is one function to the counter, however many claims it states.
    files: ['tests/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'] },
    },
    // Bulk state is plain and replaced as a whole ($state.raw): reactive sets cost per element.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['src-renderer/**/*.ts', 'tests/unit/renderer/**/*.ts'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { project: './tsconfig.renderer.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: { '@typescript-eslint/no-floating-promises': 'error' },
  },
  {
    files: ['**/*.cjs', '**/*.mjs', '**/*.js'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
