#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const neededNode = 26
if (Number(process.versions.node.split('.')[0]) < neededNode) {
  process.stderr.write(
    `edge: Node.js ${neededNode} or later is needed, and this is ${process.version}. \`npm start\`, \`npm run …\` and \`npx edge …\` take the one that \`npm ci\` brought.\n`,
  )
  process.exit(2)
}

// In JavaScript, for before any TypeScript is loaded it tells Node where to keep the compiled program
// for the next start. With it a start takes half the time, and no process loads (and holds) the 17 MB
// that take types out of the source. A folder that cannot be written changes only that. The environment
// hands it on to threads and to the processes started from here.
const cache = fileURLToPath(new URL('../node_modules/.cache/edge-relay', import.meta.url))
process.env['NODE_COMPILE_CACHE'] ??= cache
const { FAILED } = module.constants.compileCacheStatus
const { status } = module.enableCompileCache(process.env['NODE_COMPILE_CACHE'])

// Node keeps it apart by user and by kind of processor. What an image brings so serves its own user on
// machines like the one that built it; others keep theirs with the data. Root does not: it would run
// what the relay's user can write.
const data = process.env['EDGE_DATA']
if (status === FAILED && data !== undefined && process.getuid?.() !== 0) {
  process.env['NODE_COMPILE_CACHE'] = join(data, 'cache')
  module.enableCompileCache(process.env['NODE_COMPILE_CACHE'])
}

// What runs for months is compiled before by a process that ends: after an installation or an update the
// first start would otherwise hold the compiler in each of its processes. Flags of Node's given by hand
// may want another compilation than the one made there.
const lasts = process.argv[2] === 'start' && process.send === undefined
if (lasts && module.getCompileCacheDir() !== undefined && process.execArgv.length === 0) {
  const compiler = fileURLToPath(new URL('compile.js', import.meta.url))
  spawnSync(process.execPath, [compiler], { stdio: 'ignore', timeout: 60_000 })
}
await import('../src/main.ts')
