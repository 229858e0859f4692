import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import {
  type LogPlace,
  internalSessions,
} from '../../../src/services/administration/internal-sessions.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function testFor(role: 'Edge' | 'Mailbox') {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, `Server: { Name: SRV01, Role: ${role} }\n`)
  const result = await loadConfig(file)
  if (!('config' in result)) throw new Error('the file is wrong')
  return internalSessions(result.config)
}

const own = { localEndpoint: '127.0.0.1:35104', remoteEndpoint: '127.0.0.1:717' }
const toOthers = { localEndpoint: '192.0.2.1:35104', remoteEndpoint: '203.0.113.9:25' }

const cases: [what: string, record: object, place: LogPlace, internal: boolean][] = [
  [
    'a client of this machine',
    { connectorId: 'SRV01\\Default Frontend SRV01', ...own },
    { service: 'FrontendTransport', direction: 'Receive' },
    false,
  ],
  [
    'the hand-over of what it says',
    { connectorId: 'Inbound Proxy Internal Send Connector', ...toOthers },
    { service: 'FrontendTransport', direction: 'Send' },
    true,
  ],
  [
    'its other end',
    { connectorId: 'SRV01\\Default SRV01', ...own },
    { service: 'Transport', direction: 'Receive' },
    true,
  ],
  [
    'the same, where a loopback address is listened on',
    { connectorId: 'SRV01\\Default SRV01', ...own, localEndpoint: '127.0.108.1:2525' },
    { service: 'Transport', direction: 'Receive' },
    true,
  ],
  [
    'another server at the Transport service',
    { connectorId: 'SRV01\\Default SRV01', ...toOthers },
    { service: 'Transport', direction: 'Receive' },
    false,
  ],
  [
    'the way out by the front end',
    { connectorId: 'To Internet', ...own },
    { service: 'Transport', direction: 'Send' },
    true,
  ],
  [
    'its other end at the front end',
    { connectorId: 'SRV01\\Outbound Proxy Frontend SRV01', ...own },
    { service: 'FrontendTransport', direction: 'Receive' },
    true,
  ],
  [
    'the next hop',
    { connectorId: 'To Internet', ...toOthers },
    { service: 'Transport', direction: 'Send' },
    false,
  ],
  [
    'a next hop on this machine',
    { connectorId: 'To Filter', ...own, remoteEndpoint: '127.0.0.1:10025' },
    { service: 'Transport', direction: 'Send' },
    false,
  ],
]

test.each(cases)('%s', async (_what, record, place, internal) => {
  const given = { connectorId: '', localEndpoint: '', remoteEndpoint: '', ...record }
  expect((await testFor('Mailbox'))(given, place)).toBe(internal)
  expect((await testFor('Edge'))(given, place)).toBe(false)
})
