import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const main = new URL('../../bin/edge.js', import.meta.url).pathname

test.each([['help'], ['check-config', '--schema'], ['start', '--help']])(
  'a reader that has gone is no fault of %s',
  async (...args) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(told).toBe('')
  },
)
