#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// The one file in JavaScript: before any TypeScript is loaded it tells Node where to keep the compiled
// program for the next start. With it a start takes half the time, and no process loads (and holds)
// the 17 MB that take types out of the source. A folder that cannot be written changes only that.
// The environment hands it on to threads and to the processes started from here.
const cache = fileURLToPath(new URL('../node_modules/.cache/edge-relay', import.meta.url))
process.env['NODE_COMPILE_CACHE'] ??= cache
enableCompileCache(process.env['NODE_COMPILE_CACHE'])
await import('../src/main.ts')
