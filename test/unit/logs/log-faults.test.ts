import { describe, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import {
  completeTransportService,
  transportServiceSchema,
} from '../../../src/config/transport-service.ts'
import { ConnectivityLogWriter } from '../../../src/logs/connectivity-log-writer.ts'
import { openProtocolLog } from '../../../src/logs/open-protocol-log.ts'
import { SessionIds } from '../../../src/logs/session-ids.ts'
import { TrackingLogWriter } from '../../../src/logs/tracking-log-writer.ts'
import type { TrackedMessage } from '../../../src/logs/tracking-log.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'

/** A log of any kind, and how one record of it is written. */
interface LogUnderTest {
  readonly log: { flush(): Promise<void> }
  readonly write: () => void
}

const sizes = { MaxDirectorySize: 5000, MaxFileSize: 1200 }
const logs = ['ReceiveProtocolLog', 'SendProtocolLog', 'ConnectivityLog', 'MessageTrackingLog']
const parsed = transportServiceSchema.parse(
  Object.fromEntries(
    logs.flatMap((log) => Object.entries(sizes).map(([name, size]) => [log + name, size])),
  ),
)
const settings = new LiveValue(completeTransportService(parsed, 'Mailbox'))

function setUp(open: (given: Means) => LogUnderTest) {
  const given = means()
  return { ...given, ...open(given) }
}

type Means = ReturnType<typeof means>

function means() {
  const clock = new FakeClock('2026-01-02T23:04:05.678Z')
  const disk = new FakeLogDisk()
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const ids = new SessionIds(clock, () => 0)
  const place = { settings, dataFolder: '/data', service: 'Hub' } as const
  return { clock, disk, warnings, warn, ids, place }
}

const protocolLog =
  (direction: 'Receive' | 'Send') =>
  ({ place, ...given }: Means): LogUnderTest => {
    const log = openProtocolLog({ ...place, ...given, direction })
    const ends = { local: { address: '', port: 0 }, remote: { address: '', port: 0 } }
    const session = log.session({ connectorId: 'x', ...ends, verbose: true })
    return { log, write: () => session.record('<', 'x'.repeat(100)) }
  }
const connectivityLog = ({ place, ...given }: Means): LogUnderTest => {
  const log = new ConnectivityLogWriter({ ...place, ...given })
  return {
    log,
    write: () => void log.session({ destination: 'x', description: 'x'.repeat(100) }),
  }
}
const trackingLog = ({ place, ...given }: Means): LogUnderTest => {
  const log = new TrackingLogWriter({ ...place, ...given, newGuid: () => 'guid' })
  const message: TrackedMessage = {
    ...{ internalMessageId: 1, messageId: '<a@b>', networkMessageId: '', totalBytes: 1 },
    ...{ messageSubject: 'x'.repeat(100), sender: 'a', returnPath: 'a', originalClientIp: '' },
    directionality: 'Incoming',
  }
  return {
    log,
    write: () => log.record({ message, source: 'SMTP', event: 'RECEIVE', recipients: ['b'] }),
  }
}

const kinds: readonly (readonly [type: string, open: (given: Means) => LogUnderTest])[] = [
  ['SMTP Receive Protocol Log', protocolLog('Receive')],
  ['SMTP Send Protocol Log', protocolLog('Send')],
  ['Transport Connectivity Log', connectivityLog],
  ['Message Tracking Log', trackingLog],
]

const systemError = (code: string) => Object.assign(new Error(`${code}: it failed`), { code })

describe.each(kinds)('the %s', (type, open) => {
  test.each([
    ['whose disk is full', 'failure', 'ENOSPC'],
    ['whose folder is not writable', 'createFailure', 'EACCES'],
    ['whose folder cannot be made', 'createFailure', 'ENOTDIR'],
  ] as const)('%s tells it once, and its end', async (_, fault, code) => {
    const { clock, disk, warnings, log, write } = setUp(open)
    disk[fault] = systemError(code)
    for (let round = 0; round < 5; round++) {
      write()
      await log.flush()
      clock.advance(6000)
    }
    expect(warnings).toEqual([
      expect.stringMatching(
        `^${type}: records are being lost, mail is not: ${code}: it failed \\(/data/logs/`,
      ),
    ])
    expect([...disk.files.keys()]).toEqual([])
    disk[fault] = undefined
    write()
    await log.flush()
    expect(warnings.slice(1)).toEqual([`${type}: written again; 5 records were lost`])
    expect(disk.names.flatMap((name) => disk.records(name))).toHaveLength(1)
  })

  test('whose folder is removed goes on in a new one', async () => {
    const { disk, warnings, log, write } = setUp(open)
    write()
    await log.flush()
    const [path = ''] = disk.files.keys()
    disk.files.clear()
    write()
    await log.flush()
    write()
    await log.flush()
    expect([...disk.files.keys()]).toEqual([path])
    expect(disk.names.flatMap((name) => disk.records(name))).toHaveLength(2)
    expect(warnings).toEqual([`${type}: ${path} was deleted; a new file is begun`])
  })

  test('whose clock jumps over midnight, and back, begins a file each time', async () => {
    const { clock, disk, warnings, log, write } = setUp(open)
    for (const jump of [0, 3_600_000, -3_600_000]) {
      clock.jump(jump)
      write()
      await log.flush()
    }
    const stamps = disk.names.map((name) => /\d+-\d/.exec(name)?.[0].replace(/^(\d{8})\d*/, '$1'))
    expect(stamps).toEqual(['20260102-1', '20260103-1', '20260102-2'])
    expect(warnings).toEqual([])
  })

  test('keeps to its sizes; files that cannot be deleted do not end it', async () => {
    const { clock, disk, warnings, log, write } = setUp(open)
    const day = async () => {
      for (let record = 0; record < 20; record++) {
        write()
        await log.flush()
      }
      clock.advance(24 * 3_600_000)
    }
    await day()
    await day()
    const total = () => [...disk.files.values()].join('').length
    expect(total()).toBeLessThanOrEqual(5000)
    disk.removeFailure = systemError('EPERM')
    await day()
    await day()
    expect(total()).toBeGreaterThan(5000)
    expect(warnings).toEqual([
      `${type}: old files cannot be deleted, so its folder outgrows its limits: EPERM: it failed`,
    ])
    disk.removeFailure = undefined
    await day()
    expect(total()).toBeLessThanOrEqual(5000)
    expect(warnings).toHaveLength(1)
  })
})
