import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentBench, agentCopy, leftContent } from '../support/agent-bench.ts'
import { blocks } from '../support/documentation.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

/** A bench whose connector has this code as its module's `deliver`. */
async function moduleBench(code: string, clock?: FakeClock) {
  const folder = await tempFolder()
  const module = join(folder, 'agent.mjs')
  await writeFile(module, `import { writeFile } from 'node:fs/promises'\n${code}`)
  const settings = { Folder: folder }
  const made = agentBench(
    { DeliveryProtocol: 'pager', Module: module, Settings: settings },
    clock === undefined ? {} : { clock },
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
    'one that ends its thread',
    'export default { deliver() { process.exit(3) } }',
    'its thread ended',
  ],
  [
    'one that allocates without end',
    'export default { deliver() { const all = []; for (;;) all.push(new Array(1e5).fill({})) } }',
    'memory limit',
  ],
  [
    'one that allocates outside of its heap',
    'export default { deliver() { const all = []; for (let n = 0; n < 150; n++) all.push(Buffer.alloc(1e7, 1)) } }',
    'it took more than 128 MB of memory outside of its heap',
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
  const { bench: made } = await moduleBench('export default { deliver() { for (;;) {} } }', clock)
  const { lane, served } = made.begin(agentCopy('a@app.test'))
  await until(() => lane.watched?.waitsFor() === 'the delivery agent')
  clock.advance(60_000)
  expect(await served).toMatchObject({
    error: '451 4.4.0 The delivery agent of "App" failed: it gave no sign within 60 s',
  })
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

test('what a module posts to the service by itself does no harm', async () => {
  const { bench: made } = await moduleBench(`
    import { parentPort } from 'node:worker_threads'
    export default {
      deliver(message) {
        for (const said of [null, 'ready', { kind: 'done' }, { kind: 'failed', of: 1, reason: {} }])
          parentPort.postMessage(said)
        return message.recipients.map((recipient) => ({ recipient, outcome: 'retry' }))
      },
    }`)
  const { end, results } = await made.serve(agentCopy('a@app.test'))
  expect(end).toEqual({ kind: 'served' })
  expect(results).toEqual(['retry a@app.test 451 4.3.0'])
})
