import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { AgentDeliveryOptions } from '../../src/deliver/agents/agent-delivery.ts'
import { agentBench, agentCopy, leftContent } from '../support/agent-bench.ts'
import { blocks } from '../support/documentation.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

/** A bench whose connector has this code as its module's `deliver`. */
async function moduleBench(code: string, options: Partial<AgentDeliveryOptions> = {}) {
  const folder = await tempFolder()
  const module = join(folder, 'agent.mjs')
  await writeFile(module, `import { writeFile } from 'node:fs/promises'\n${code}`)
  const settings = { Folder: folder }
  const made = agentBench(
    { DeliveryProtocol: 'pager', Module: module, Settings: settings },
    options,
  )
  return { folder, bench: made }
}

test('a module of ten lines delivers, reading the content in pieces', async () => {
  const { bench: made, folder } = await moduleBench(`
    export default {
      async deliver(message, { settings, connector }) {
        let text = ''
        for await (const piece of message.content) text += Buffer.from(piece).toString()
        await writeFile(settings.Folder + '/' + message.recipients.length, connector + '\\n' + text)
        return message.recipients.map((recipient) =>
          recipient.startsWith('b@')
            ? { recipient, outcome: 'failed', reply: '550 5.1.1 no pager' }
            : { recipient, outcome: 'delivered', reply: 'paged' },
        )
      },
    }`)
  const { end, results } = await made.serve(
    agentCopy('a@app.test', 'b@app.test'),
    agentCopy('c@app.test'),
  )
  expect(end).toEqual({ kind: 'served' })
  expect(results).toEqual([
    'delivered a@app.test 250 2.0.0 paged',
    'failed b@app.test 550 5.1.1 no pager',
    'delivered c@app.test 250 2.0.0 paged',
  ])
  expect(await readFile(join(folder, '2'), 'utf8')).toBe(`App\n${leftContent}`)
})

test('the module that the chapter shows delivers', async () => {
  const [shown = ''] = blocks('docs/other-ways.md', 'js')
  const module = join(await tempFolder(), 'agent.mjs')
  await writeFile(module, shown)
  const Settings = { Pager: 'paged' }
  const { results } = await agentBench({
    ...{ DeliveryProtocol: 'pager', Module: module, Settings },
  }).serve(agentCopy('a@app.test'))
  expect(results).toEqual(['delivered a@app.test 250 2.0.0 paged'])
})

test.each([
  ['one that throws', `export default { deliver() { throw new Error('no line') } }`, 'no line'],
  ['one with another contract', 'export default {}', 'its default export has no function deliver'],
  ['one that cannot be loaded', 'export default {', 'Unexpected end of input'],
  [
    'one that ends its process',
    'export default { deliver() { process.exit(3) } }',
    'it ended its process (exit code 3)',
  ],
  [
    'one that allocates without end',
    'export default { deliver() { const all = []; for (;;) all.push(new Array(1e5).fill({})) } }',
    'it took more memory than it may (256 MB)',
  ],
  [
    'one that grows a Map',
    'export default { deliver() { const all = new Map(); for (;;) all.set({}, 1) } }',
    'it took more memory than it may (256 MB)',
  ],
  [
    'one that makes a large list',
    'export default { deliver() { const all = []; for (;;) all.push(new Array(3e7).fill(1.5)) } }',
    'it took more memory than it may (256 MB)',
  ],
  [
    'one that takes memory off its heap',
    'export default { deliver() { const all = []; for (;;) all.push(Buffer.alloc(1e6, 1)) } }',
    'it took more memory than it may (256 MB)',
  ],
  [
    'one that throws where nobody waits',
    `export default {
      deliver() { setTimeout(() => { throw new Error('line lost') }); return new Promise(() => {}) },
    }`,
    'it threw an error that nobody caught: line lost',
  ],
  [
    'one that returns what it likes',
    `export default { deliver: () => 'fine' }`,
    'what it returned is no list of outcomes',
  ],
])('%s puts its message off, and tells why', async (_, code, reason) => {
  const { bench: made } = await moduleBench(code)
  const { end, lane } = await made.serve(agentCopy('a@app.test'))
  expect(end).toMatchObject({
    kind: 'unreachable',
    error: expect.stringMatching(/^451 4\.4\.0 The delivery agent of "App" failed: /) as unknown,
  })
  expect('error' in end && end.error).toContain(reason)
  expect(lane.returned).toHaveLength(1)
})

test('one that never returns is ended after its time', async () => {
  const clock = new FakeClock()
  const { bench: made } = await moduleBench('export default { deliver() { for (;;) {} } }', {
    clock,
  })
  const { lane, served } = made.begin(agentCopy('a@app.test'))
  await until(() => lane.watched?.waitsFor() === 'the delivery agent')
  clock.advance(60_000)
  expect(await served).toMatchObject({
    error: '451 4.4.0 The delivery agent of "App" failed: it gave no sign within 60 s',
  })
})

test('no variable of the environment is seen, and what is no word of the contract is passed over', async () => {
  const { bench: made } = await moduleBench(`
    export default {
      deliver(message) {
        process.send({ kind: 'anything' })
        process.send('anything')
        const seen = Object.keys(process.env).filter((name) => name !== 'NODE_V8_COVERAGE').join(' ')
        return [{ recipient: message.recipients[0], outcome: 'delivered', reply: '[' + seen + ']' }]
      },
    }`)
  const { results } = await made.serve(agentCopy('a@app.test'))
  expect(results).toEqual(['delivered a@app.test 250 2.0.0 []'])
})

test('the content is read no faster than the module takes it', async () => {
  const header = Buffer.from('Subject: Large\r\n')
  const size = 64 * 1024
  let reads = 0
  const { bench: made, folder } = await moduleBench(
    `
    export default {
      async deliver({ recipients: [recipient], content }, { settings }) {
        const counts = new Map()
        let pieces = 0
        for await (const piece of content) {
          if (recipient === 'a@app.test' && ++pieces === 3) return
          for (const octet of piece) counts.set(octet, (counts.get(octet) ?? 0) + 1)
        }
        await writeFile(settings.Folder + '/counts', [1, 150, 200].map((octet) => counts.get(octet)).join())
      },
    }`,
    {
      store: {
        readHeader: () => header,
        // Into the memory of the piece before, as the store on disk does.
        readBody: (_, index, spare) => {
          reads++
          return index < 200 ? (spare ?? Buffer.alloc(size)).fill(index + 1) : undefined
        },
      },
    },
  )
  const { results } = await made.serve(agentCopy('a@app.test'))
  expect(results).toEqual(['delivered a@app.test 250 2.0.0'])
  expect(reads).toBe(2)
  await made.serve(agentCopy('b@app.test'))
  expect(await readFile(join(folder, 'counts'), 'utf8')).toBe(`${size},${size},${size}`)
})

test('what it prints is told, within bounds', async () => {
  const told: string[] = []
  const logger = pino({}, { write: (line: string) => void told.push(line) })
  const { bench: made } = await moduleBench(
    `export default {
      deliver() {
        for (let n = 0; n < 300; n++) console.log('line ' + n)
      },
    }`,
    { logger },
  )
  const { results } = await made.serve(agentCopy('a@app.test'))
  expect(results).toHaveLength(1)
  await until(() => told.length >= 1)
  expect(JSON.parse(told[0] ?? '')).toMatchObject({ connector: 'App', text: 'line 0' })
  expect(told.length).toBeLessThanOrEqual(100)
})

test('a module that goes on reading after its result gets nothing of the next message', async () => {
  const { bench: made, folder } = await moduleBench(`
    let last
    export default {
      async deliver(message, { settings }) {
        const before = last
        last = message.content[Symbol.asyncIterator]()
        if (before === undefined) return
        await Promise.race([before.next(), new Promise((done) => setTimeout(done, 200))])
        let text = ''
        for await (const piece of message.content) text += Buffer.from(piece).toString()
        await writeFile(settings.Folder + '/second', text)
      },
    }`)
  const { end } = await made.serve(agentCopy('a@app.test'), agentCopy('b@app.test'))
  expect(end).toEqual({ kind: 'served' })
  expect(await readFile(join(folder, 'second'), 'utf8')).toBe(leftContent)
})

test('what a module says to the service by itself does no harm', async () => {
  const { bench: made } = await moduleBench(`
    export default {
      deliver(message) {
        for (const said of ['ready', { kind: 'done' }, { kind: 'failed', of: 1, reason: {} }])
          process.send?.(said)
      },
    }`)
  const { end } = await made.serve(agentCopy('a@app.test'))
  expect(end).toEqual({ kind: 'served' })
})
