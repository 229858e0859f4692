import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import {
  type ProtocolLogSettings,
  defaultProtocolLogFolder,
  protocolLogFiles,
} from '../../../src/logs/log-folders.ts'

const settings: ProtocolLogSettings = {
  ReceiveProtocolLogPath: '',
  ReceiveProtocolLogMaxAge: 1,
  ReceiveProtocolLogMaxDirectorySize: 2,
  ReceiveProtocolLogMaxFileSize: 3,
  SendProtocolLogPath: '/var/log/smtp',
  SendProtocolLogMaxAge: 4,
  SendProtocolLogMaxDirectorySize: 5,
  SendProtocolLogMaxFileSize: 6,
}

test.each([
  ['FrontEnd', 'Receive', '/data/logs/FrontEnd/ProtocolLog/SmtpReceive'],
  ['Hub', 'Send', '/data/logs/Hub/ProtocolLog/SmtpSend'],
  ['Edge', 'Receive', '/data/logs/Edge/ProtocolLog/SmtpReceive'],
] as const)('the %s service keeps its %s log in %s', (service, direction, folder) => {
  expect(defaultProtocolLogFolder({ service, direction, dataFolder: '/data' })).toBe(folder)
})

test('takes the limits of its direction and follows them', () => {
  const live = new LiveValue(settings)
  const place = { service: 'Hub', dataFolder: '/data' } as const
  const receive = protocolLogFiles(live, { ...place, direction: 'Receive' })
  const send = protocolLogFiles(live, { ...place, direction: 'Send' })
  expect(receive.current).toEqual({
    folder: '/data/logs/Hub/ProtocolLog/SmtpReceive',
    maxAge: 1,
    maxDirectorySize: 2,
    maxFileSize: 3,
  })
  expect(send.current).toEqual({
    folder: '/var/log/smtp',
    maxAge: 4,
    maxDirectorySize: 5,
    maxFileSize: 6,
  })
  live.set({ ...settings, ReceiveProtocolLogPath: 'elsewhere', SendProtocolLogPath: '$null' })
  expect(receive.current.folder).toBe('/data/elsewhere')
  expect(send.current.folder).toBeUndefined()
})
