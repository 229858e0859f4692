import {
  appendFile,
  chmod,
  link,
  mkdir,
  readFile,
  readdir,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import type { ProgramLog } from '../../../src/base/program-log.ts'
import { FileIntake } from '../../../src/pickup/file-intake.ts'
import type { FolderKind } from '../../../src/pickup/folder-path.ts'
import { MailFolder } from '../../../src/pickup/mail-folder.ts'
import { insufficientResources, messageTooLarge } from '../../../src/smtp/replies.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { RecordingSink } from '../../support/recording-sink.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** A time at which all files here are old. */
const now = Date.UTC(2040, 0, 1)
const letter =
  'From: bob@fabrikam.example\r\nTo: mary@contoso.example\r\nSubject: hi\r\n\r\nbody\r\n'
const replayed = 'X-Sender: <bob@fabrikam.example>\r\nX-Receiver: <mary@contoso.example>\r\n'

let clock: FakeClock
let sink: RecordingSink
let path: string
let told: string[]
let stopping: AbortController
const settings = new LiveValue({
  PickupDirectoryPath: 'pickup',
  ReplayDirectoryPath: 'replay',
  PickupDirectoryMaxHeaderSize: 65_536,
  PickupDirectoryMaxMessagesPerMinute: 100,
  PickupDirectoryMaxRecipientsPerMessage: 100,
  PoisonMessageDetectionEnabled: true,
  PoisonThreshold: 2,
})
const ownUser = process.getuid?.()

const log: ProgramLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, message) => void told.push(`${message} ${JSON.stringify(details)}`),
  error: (details, message) => void told.push(`${message} ${JSON.stringify(details)}`),
}

beforeEach(async () => {
  clock = new FakeClock(now)
  sink = new RecordingSink()
  path = join(await tempFolder(), 'pickup')
  told = []
  stopping = new AbortController()
  settings.set({ ...settings.current, PickupDirectoryMaxMessagesPerMinute: 100 })
  await mkdir(path)
})

function folder(kind: FolderKind = 'Pickup', owner: number | undefined = ownUser): MailFolder {
  const server = { Name: 'EDGE01', Fqdn: 'edge01.contoso.example' }
  const intake = new FileIntake({ sink, settings, server, ownUser: owner, clock })
  const parts = { kind, path, isOurs: true, settings, intake, clock, log }
  return new MailFolder({ ...parts, stopping: stopping.signal })
}
const put = (name: string, content: string) => writeFile(join(path, name), content, 'latin1')
const names = async () => (await readdir(path)).sort()
const contents = () => sink.messages.map(({ content }) => content)

describe('a file', () => {
  test('becomes a message, and is gone', async () => {
    await put('a.eml', letter)
    await put('readme.txt', 'no message')
    await folder().poll()
    expect(await names()).toEqual(['readme.txt'])
    expect(sink.messages).toMatchObject([
      {
        transaction: {
          envelope: { sender: 'bob@fabrikam.example', body: '7BIT', smtpUtf8: false },
          session: { file: { folder: 'Pickup', name: 'a.tmp', source: 'Pickup' } },
        },
        recipients: [{ address: 'mary@contoso.example' }],
        content: letter,
      },
    ])
    expect(told).toEqual([])
  })

  test('is .tmp while it is in hand', async () => {
    await put('a.eml', letter)
    let inHand: string[] = []
    sink.onCommit = async () => {
      inHand = await names()
      return undefined
    }
    await folder().poll()
    expect(inHand).toEqual(['a.tmp'])
  })

  test('of a program of this machine has LF lines, and gets CRLF', async () => {
    await put('a.eml', letter.replaceAll('\r\n', '\n'))
    await folder().poll()
    expect(contents()).toEqual([letter])
  })

  test('with CRLF lines is sent as it is, octet by octet', async () => {
    await put('a.eml', `${letter}bare\nand\rodd \xff`)
    await folder().poll()
    expect(contents()).toEqual([`${letter}bare\nand\rodd \xff`])
  })

  test('of any size goes through in pieces', async () => {
    const large = letter + 'x'.repeat(78).concat('\r\n').repeat(10_000)
    let largest = 0
    sink.onWrite = (chunk) => void (largest = Math.max(largest, chunk.length))
    await put('a.eml', large)
    await folder().poll()
    expect(contents()).toEqual([large])
    expect(largest).toBeLessThanOrEqual(65_536)
  })

  test('that is no message becomes .bad, beside one that was there, and is told', async () => {
    await put('a.eml', 'To: mary@contoso.example\r\n\r\n')
    await put('a.bad', 'older')
    await folder().poll()
    expect(await names()).toEqual(['a.bad', 'a20400101000000000.bad'])
    expect(told).toEqual([expect.stringContaining('there is no address in From or Sender')])
    expect(sink.begun).toBe(0)
  })

  test.each([
    ['a header beyond the limit', `X: ${'x'.repeat(70_000)}\r\n${letter}`, 'more than 65536 bytes'],
    ['no empty line', letter.replace('\r\n\r\nbody', '\r\nbody'), 'no empty line'],
    ['nothing in it', '', 'no address in From'],
  ])('with %s is bad', async (_, content, reason) => {
    await put('a.eml', content)
    await folder().poll()
    expect(await names()).toEqual(['a.bad'])
    expect(told.join()).toContain(reason)
  })

  test('that was refused for good becomes .bad with the reply', async () => {
    sink.onCommit = () => Promise.resolve(messageTooLarge)
    await put('a.eml', letter)
    await folder().poll()
    expect(await names()).toEqual(['a.bad'])
    expect(told.join()).toContain('552 5.3.4')
  })

  test('waits when there is no room, and so do those behind it', async () => {
    sink.onCommit = () => Promise.resolve(insufficientResources)
    await put('a.eml', letter)
    await put('b.eml', letter)
    const pickup = folder()
    await pickup.poll()
    expect(await names()).toEqual(['a.eml', 'b.eml'])
    expect(sink.begun).toBe(1)
    sink.onCommit = () => Promise.resolve(undefined)
    await pickup.poll()
    expect(await names()).toEqual([])
    expect(sink.messages).toHaveLength(2)
  })

  test('goes back when the service ends meanwhile', async () => {
    await put('a.eml', letter)
    sink.onWrite = () => stopping.abort()
    await folder().poll()
    expect(await names()).toEqual(['a.eml'])
    expect([sink.aborted, sink.messages.length]).toEqual([1, 0])
  })
})

describe('a file that is still being written', () => {
  test('waits until it was left alone for two seconds', async () => {
    await put('a.eml', letter)
    await utimes(join(path, 'a.eml'), now / 1000, (now - 500) / 1000)
    const pickup = folder()
    expect(await pickup.poll()).toBe(2000)
    expect(sink.begun).toBe(0)
    clock.advance(2000)
    await pickup.poll()
    expect(contents()).toEqual([letter])
  })

  test('is known by its size when its time is wrong', async () => {
    const pickup = folder()
    const future = (now + 3_600_000) / 1000
    const write = async (more: string) => {
      await appendFile(join(path, 'a.eml'), more)
      await utimes(join(path, 'a.eml'), future, future)
    }
    await write(letter)
    await pickup.poll()
    clock.advance(2000)
    await write('more\r\n')
    await pickup.poll()
    expect(sink.begun).toBe(0)
    clock.advance(2000)
    await pickup.poll()
    expect(contents()).toEqual([`${letter}more\r\n`])
  })

  test('goes back when it grows while it is read', async () => {
    await put('a.eml', letter)
    sink.onWrite = async () => {
      sink.onWrite = () => undefined
      await appendFile(join(path, 'a.tmp'), 'more\r\n')
    }
    await folder().poll()
    expect(await names()).toEqual(['a.eml'])
    expect(sink.messages).toEqual([])
  })
})

describe('what lies elsewhere', () => {
  test('is not read through a link', async () => {
    await writeFile(join(path, '..', 'secret'), letter)
    await symlink(join(path, '..', 'secret'), join(path, 'a.eml'))
    await folder().poll()
    expect(await names()).toEqual(['a.bad'])
    expect(await readFile(join(path, '..', 'secret'), 'latin1')).toBe(letter)
    expect(sink.begun).toBe(0)
  })

  test('is not read by a second name', async () => {
    await writeFile(join(path, '..', 'secret'), letter)
    await link(join(path, '..', 'secret'), join(path, 'a.eml'))
    await folder().poll()
    expect(await names()).toEqual(['a.eml'])
    expect(told.join()).toContain('second name')
    expect(sink.begun).toBe(0)
  })

  test('is no folder', async () => {
    await mkdir(join(path, 'a.eml'))
    await folder().poll()
    expect(await names()).toEqual(['a.bad'])
  })
})

test('a folder that everybody may write to is told of', async () => {
  await chmod(path, 0o777)
  await folder().poll()
  expect(told.join()).toContain('every account of this machine can send mail')
})

test('files that cannot be opened do not keep others waiting, however many they are', async () => {
  const secret = join(path, '..', 'secret')
  await writeFile(secret, letter)
  for (let index = 0; index < 1100; index++) await link(secret, join(path, `${index}.eml`))
  const pickup = folder()
  expect(await pickup.poll()).toBe(5000)
  await put('z.eml', letter)
  await pickup.poll()
  await pickup.poll()
  expect(contents()).toEqual([letter])
})

test('no more are taken in a minute than are allowed', async () => {
  settings.set({ ...settings.current, PickupDirectoryMaxMessagesPerMinute: 2 })
  for (const name of ['a', 'b', 'c']) await put(`${name}.eml`, letter)
  const pickup = folder()
  await pickup.poll()
  clock.advance(59_000)
  await pickup.poll()
  expect(await names()).toEqual(['c.eml'])
  clock.advance(1000)
  await pickup.poll()
  expect(await names()).toEqual([])
})

describe('a file that was in hand when the service died', () => {
  test('is tried again', async () => {
    await put('a.tmp', letter)
    await folder().poll()
    expect(await names()).toEqual([])
    expect(contents()).toEqual([letter])
  })

  test('twice is put aside', async () => {
    await put('a.tmp', letter)
    // The next one dies, too, with the file in hand.
    sink.onCommit = () => {
      stopping.abort()
      return Promise.reject(new Error('the process is gone'))
    }
    const copy = join(path, '..', 'copy')
    sink.onWrite = async () => writeFile(copy, await readFile(join(path, '.in-hand')))
    await folder().poll()
    await put('a.tmp', letter)
    await writeFile(join(path, '.in-hand'), await readFile(copy))
    stopping = new AbortController()
    await folder().poll()
    expect(await names()).toContain('a.poison')
    expect(told.join()).toContain('is not tried again')
    expect(sink.messages).toEqual([])
  })

  test('once, and was then taken, is forgotten', async () => {
    await put('a.tmp', letter)
    await folder().poll()
    await put('a.tmp', letter)
    await folder().poll()
    expect(sink.messages).toHaveLength(2)
    expect(await names()).toEqual([])
  })
})

describe('the Replay folder', () => {
  test('takes the envelope from X-headers, and the message without them', async () => {
    await put('a.eml', `${replayed}Bcc: eve@x.example\r\nSubject: hi\r\n\r\nbody\r\n`)
    await folder('Replay').poll()
    expect(sink.messages).toMatchObject([
      {
        transaction: { session: { remote: { address: '0.0.0.0' }, file: { source: 'Replay' } } },
        content: 'Subject: hi\r\n\r\nbody\r\n',
      },
    ])
  })

  test.each([
    ['of the organisation for a file of our own', 'MSExchange15', ownUser, true],
    ['without those of the organisation for anybody else', 'Unspecified', ownUser, false],
    [
      'without those of the organisation when another user calls himself Exchange',
      'MSExchange15',
      4242,
      false,
    ],
  ])('keeps header fields %s', async (_, createdBy, owner, kept) => {
    // A file of root's is as good as our own, so the tests cannot have one of another user's.
    if (owner === 4242 && ownUser === 0) return
    await put('a.eml', `${replayed}X-CreatedBy: ${createdBy}\r\nSubject: hi\r\n\r\n`)
    await folder('Replay', owner).poll()
    const rights = sink.messages[0]?.transaction.session.permissions
    expect(rights?.has('AcceptRoutingHeaders')).toBe(true)
    expect(rights?.has('AcceptOrganizationHeaders')).toBe(kept)
  })
})
