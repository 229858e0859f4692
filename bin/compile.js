import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Loads the whole program, so that the compile cache named by NODE_COMPILE_CACHE keeps it, unless it is
// what was compiled there last. A process of its own: what compiles, and the look at each file, would
// stay in one that goes on.
const source = fileURLToPath(new URL('../src', import.meta.url))
const entry = 'main.ts'
const folder = getCompileCacheDir()
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
const mark = join(folder ?? '', 'compiled')
const state = files.map(stateOf).join('\n')
if (folder !== undefined && textOf(mark) !== state && isWritable(mark)) {
  // Nothing does anything by being loaded but the entry, which runs a command.
  for (const file of files) if (file !== entry) await import(join(source, file))
  process.argv[2] = 'help'
  await import(join(source, entry))
  flushCompileCache()
  writeFileSync(mark, state)
}

/**
 * What changes with a file; whole seconds, as archives and images keep them.
 *
 * @param {string} file
 */
function stateOf(file) {
  const { size, mtimeMs } = statSync(join(source, file))
  return `${file} ${size} ${Math.floor(mtimeMs / 1000)}`
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} file */
function isWritable(file) {
  try {
    writeFileSync(file, '')
    return true
  } catch {
    return false
  }
}
