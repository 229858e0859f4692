import importX from 'eslint-plugin-import-x'
import node from 'eslint-plugin-n'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * The rooms of src/ from top to bottom: a file imports from its own room and from those below it. `queue/*` are the
 * files that stand in the folder itself, all else a folder with what is below it.
 */
const rooms = [
  'commands',
  'services/administration',
  'services/*',
  'services/workers',
  'services/program-log',
  'admin/cmdlets',
  'admin/console',
  'admin/*',
  'admin/shell',
  'admin/format',
  'admin/values',
  'admin/grammar',
  'lab',
  'config',
  'receive/*',
  'receive/session',
  'receive/limits',
  'receive/connectors',
  'receive/users',
  'pickup',
  'proxy',
  'deliver',
  'pipeline',
  'agents/host',
  'agents/address-rewriting',
  'agents/*',
  'directory',
  'dsn',
  'queue/scheduler',
  'queue/poison',
  'queue/sqlite',
  'queue/*',
  'logs',
  'message',
  'smtp',
  'dns',
  'tls',
  'base',
]

/** Files alone where the name ends in a star: a glob that matches no folder below. */
const place = (room) => `./src/${room.endsWith('*') ? `${room}.ts` : `${room}/**/*`}`

const zones = rooms.map((room, row) => ({
  target: place(room),
  from: ['./src/*.ts', ...rooms.slice(0, row).map(place)],
  message: `${room} may import only from its own room and from those below it (eslint.config.js)`,
}))

/** Clock, timers, chance, DNS and dialling are arguments everywhere but in their homes. */
const ambientGlobals = [
  { name: 'setTimeout', message: 'Take a Clock (base/clock.ts).' },
  { name: 'setInterval', message: 'Take a Clock (base/clock.ts).' },
]
const ambientProperties = [
  { object: 'Date', property: 'now', message: 'Take a Clock (base/clock.ts).' },
  { object: 'Math', property: 'random', message: 'Take a random source (base/random.ts).' },
]

export default defineConfig(
  { ignores: ['node_modules', 'data', 'coverage', 'eslint.config.js'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX, n: node },
    languageOptions: { parserOptions: { projectService: true } },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.js'] } } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      // `using _x` holds a thing for its scope alone.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'n/prefer-node-protocol': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/base/**', 'src/lab/**'],
    rules: {
      'no-restricted-globals': ['error', ...ambientGlobals],
      'no-restricted-properties': ['error', ...ambientProperties],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:dns', message: 'Look-ups go through dns/resolver.ts.' }] },
      ],
    },
  },
  { files: ['src/dns/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['*.config.ts', '*.config.js'], rules: { 'import-x/no-default-export': 'off' } },
)
