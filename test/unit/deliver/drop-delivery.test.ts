import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { DropDelivery } from '../../../src/deliver/drop/drop-delivery.ts'
import { foreignConnectorSchema } from '../../../src/deliver/drop/foreign-connector.ts'
import { StoreError } from '../../../src/queue/queue-store.ts'
import { MemoryLane, testCopy } from '../../support/delivery-bench.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { RecordedConnectivityLog } from '../../support/recorded-connectivity-log.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const queue = {
  deliveryType: 'NonSmtpGatewayDelivery',
  nextHopDomain: 'FAX',
  nextHopConnector: 'Fax',
} as const
const signal = new AbortController().signal

async function scene(settings: Readonly<Record<string, unknown>> = {}) {
  const dataFolder = await tempFolder()
  const connectivityLog = new RecordedConnectivityLog()
  let readHeader = () => Buffer.from('Subject: Test\r\nX-MS-Exchange-Organization-SCL: 1\r\n')
  const connector = { Name: 'Fax', AddressSpaces: 'FAX:*', ...settings }
  const delivery = new DropDelivery({
    connectors: new LiveValue([foreignConnectorSchema.parse(connector)]),
    server: new LiveValue({ Name: 'EDGE01', Fqdn: 'edge01.test' }),
    root: new LiveValue(''),
    dataFolder,
    store: {
      readHeader: () => readHeader(),
      readBody: (_, index) => (index === 0 ? Buffer.from('\r\nHello\r\n') : undefined),
    },
    connectivityLog,
    clock: new FakeClock(),
    logger: pino({ level: 'silent' }),
  })
  return {
    delivery,
    connectivityLog,
    folder: join(dataFolder, 'drop', 'Fax'),
    breakStore: () => {
      readHeader = () => {
        throw new StoreError('FAILED', 'the disk does not answer')
      }
    },
  }
}

const copyOf = () => testCopy(['a@x.test'], { queue })

test('what belongs to the organisation stays, and the way is logged', async () => {
  const { delivery, folder, connectivityLog } = await scene()
  const lane = new MemoryLane(queue, [copyOf()])
  expect(await delivery.serve(lane, signal)).toEqual({ kind: 'served' })
  const [name = ''] = await readdir(folder)
  expect(lane.results).toEqual([
    `delivered a@x.test 250 2.0.0 Written to the Drop folder as ${name}`,
  ])
  expect(await readFile(join(folder, name), 'utf8')).toMatch(
    /\r\nX-EndOfInjectedXHeaders: \d+\r\nSubject: Test\r\n\r\nHello\r\n$/,
  )
  expect(connectivityLog.records).toEqual([['+ NonSmtpGatewayDelivery Fax', '- 100/1 ()']])
})

test('a copy whose result was lost replaces its file', async () => {
  const { delivery, folder } = await scene()
  const copy = copyOf()
  await delivery.serve(new MemoryLane(queue, [copy]), signal)
  await delivery.serve(new MemoryLane(queue, [copy]), signal)
  expect(await readdir(folder)).toHaveLength(1)
})

test.each([
  [false, true],
  [true, false],
])(
  'with RelayDsnRequired %s the reader answers for notifications: %s',
  async (required, passed) => {
    const { delivery } = await scene({ RelayDsnRequired: required })
    const lane = new MemoryLane(queue, [copyOf()])
    await delivery.serve(lane, signal)
    expect(lane.reports[0]?.results[0]?.dsnPassedOn).toBe(passed)
  },
)

test('a message whose content cannot be read is put off, and holds no other up', async () => {
  const { delivery, breakStore } = await scene()
  breakStore()
  const lane = new MemoryLane(queue, [copyOf(), copyOf()])
  expect(await delivery.serve(lane, signal)).toEqual({ kind: 'served' })
  expect(lane.results).toEqual(
    Array(2).fill('retry a@x.test 451 4.3.0 The content of the message cannot be read for now'),
  )
})

test.each([[{ Enabled: false }], [{ SourceTransportServers: 'EDGE02' }]])(
  'a connector with %j is not used',
  async (settings) => {
    const { delivery } = await scene(settings)
    expect(await delivery.serve(new MemoryLane(queue, [copyOf()]), signal)).toEqual({
      kind: 'unroutable',
      error: '451 4.4.0 There is no enabled Foreign connector "Fax"',
    })
  },
)
