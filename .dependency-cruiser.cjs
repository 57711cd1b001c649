const path = require('node:path');

/**
 * Who may import whom: docs/ARCHITECTURE.md as rules. Each room lists what it may import; anything
 * else in src-main is an error, so a new room is closed until it is listed here.
 */
const ROOMS = {
  base: [],
  vocabulary: ['base'],
  contract: ['base', 'vocabulary'],
  protocols: ['base', 'vocabulary'],
  services: ['base', 'vocabulary', 'protocols/kernel'],
  faults: ['base', 'vocabulary'],
  verification: ['base', 'vocabulary', 'contract', 'protocols', 'services', 'faults'],
  runtime: ['base', 'vocabulary', 'contract', 'protocols', 'services', 'faults', 'verification'],
};
ROOMS.lab = [...ROOMS.runtime, 'runtime'];
ROOMS.storage = [...ROOMS.lab, 'lab'];
ROOMS.api = [...ROOMS.storage, 'storage'];
ROOMS.transports = ['base', 'vocabulary', 'contract', 'api'];
ROOMS.entries = [...ROOMS.api, 'api', 'transports'];

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src-main/${room}/` },
  to: {
    path: '^src-main/',
    pathNot: [`^src-main/${room}/`, ...allowed.map((other) => `^src-main/${other}/`)],
  },
}));

const protocolRules = ['raft', 'paxos', 'zab'].map((protocol) => ({
  name: `protocol-${protocol}-alone`,
  comment: 'protocols never import one another: each can be read, and deleted, by itself',
  severity: 'error',
  from: { path: `^src-main/protocols/${protocol}/` },
  to: {
    path: '^src-main/protocols/(raft|paxos|zab)/',
    pathNot: `^src-main/protocols/${protocol}/`,
  },
}));

/** A package that one place owns. */
function onlyFrom(name, packagePath, places) {
  return {
    name,
    severity: 'error',
    from: { path: '^src-', pathNot: places },
    to: { path: packagePath },
  };
}

const PURE =
  '^src-main/(base|vocabulary|contract|protocols|services|faults|verification|' +
  'runtime/(driver|simulator|replayer))/';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(src-|tests/)' },
      to: { couldNotResolve: true },
    },
    ...roomRules,
    ...protocolRules,
    {
      name: 'pure-rooms-without-node',
      comment: 'a core that reads a clock, a disk or a socket cannot be re-executed',
      severity: 'error',
      from: { path: PURE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-sees-contract-and-base',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/', pathNot: '^src-main/(contract|base|vocabulary)/' },
    },
    {
      name: 'renderer-takes-types-of-vocabulary',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/vocabulary/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-main-without-renderer',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-renderer/' },
    },
    {
      name: 'sources-without-tests',
      severity: 'error',
      from: { path: '^src-' },
      to: { path: '^tests/' },
    },
    onlyFrom('electron-in-its-entry', 'node_modules/electron/', ['^src-main/entries/electron/']),
    onlyFrom('node-ipc-in-one-adapter', 'node_modules/node-ipc/', [
      '^src-main/runtime/process/ipc\\.ts$',
    ]),
    onlyFrom('sqlite-in-storage-and-nodes', 'node_modules/better-sqlite3/', [
      '^src-main/storage/',
      '^src-main/runtime/process/',
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^tests/tidy/fixtures/', '^out/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: path.join(__dirname, 'tsconfig.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types', 'svelte'],
      extensions: ['.ts', '.svelte.ts', '.svelte', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
