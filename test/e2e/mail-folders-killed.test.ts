import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { until } from '../support/until.ts'

const address = '127.0.167.1'
const next = { address: '127.0.167.2', port: 10_025 }
const files = 300
const config = edgeConfig({
  address,
  sendConnectors: smartHost('*', next),
  more: 'TransportService: { Workers: 2, PickupDirectoryMaxMessagesPerMinute: 20000 }\n',
})

test('no file is lost when the service is killed over and over', async () => {
  await using mx = await FakeMx.start(next)
  await using relay = await RelayProcess.start({ config, services: ['Transport'] })
  await relay.workersListen('Transport', [1, 2])
  const pickup = join(relay.dataFolder, 'pickup')
  await mkdir(pickup, { recursive: true })
  const subjects = Array.from({ length: files }, (_, index) => `file ${index}.`)
  for (const [index, subject] of subjects.entries())
    await writeFile(
      join(pickup, `${index}.eml`),
      `From: ana@contoso.test\nTo: joe@fabrikam.example\nSubject: ${subject}\n\nbody\n`,
    )
  const taken = async () =>
    files - (await readdir(pickup)).filter((name) => name.endsWith('.eml')).length
  for (const enough of [20, 90, 160]) {
    await until(async () => (await taken()) >= enough, 1)
    const from = relay.lineCount
    process.kill(relay.workerPid('Transport', 1), 'SIGKILL')
    await relay.workersListen('Transport', [1], from)
  }
  const arrived = () =>
    new Set(mx.messages.map(({ content }) => /Subject: (.*)\r/.exec(content)?.[1]))
  await until(() => arrived().size === files, 50)
  expect([...arrived()].toSorted()).toEqual(subjects.toSorted())
  await until(async () => (await readdir(pickup)).length === 0, 50)
})
