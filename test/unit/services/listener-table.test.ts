import { describe, expect, test } from 'vitest'
import { listenerTable } from '../../../src/services/listener-table.ts'

const frontEnd = { service: 'FrontendTransport', tls: 'STARTTLS' } as const
const listeners = ['0.0.0.0', '::'].flatMap((address) => [
  { ...frontEnd, address, port: 25, connectors: ['Default Frontend MBX01'] },
  { ...frontEnd, address, port: 717, connectors: ['Outbound Proxy Frontend MBX01', 'Other'] },
])

describe('the table of listeners', () => {
  test('joins addresses of the same connectors', () => {
    expect(listenerTable(listeners, 100)).toBe(
      [
        '  Port  Address      TLS       Service              Receive connectors',
        '  ----  -----------  --------  -------------------  ------------------------------------',
        '  25    0.0.0.0, ::  STARTTLS  Front End Transport  Default Frontend MBX01',
        '  717   0.0.0.0, ::  STARTTLS  Front End Transport  Outbound Proxy Frontend MBX01, Other',
        '',
      ].join('\n'),
    )
  })

  test('fits 80 columns by lines of connectors', () => {
    expect(listenerTable(listeners, 80)).toBe(
      [
        'Port  Address      TLS       Service              Receive connectors',
        '----  -----------  --------  -------------------  ------------------------------',
        '25    0.0.0.0, ::  STARTTLS  Front End Transport  Default Frontend MBX01',
        '717   0.0.0.0, ::  STARTTLS  Front End Transport  Outbound Proxy Frontend MBX01,',
        '                                                  Other',
        '',
      ].join('\n'),
    )
  })

  test.each([80, 90, 120])('fits %i columns whatever the names', (width) => {
    const long = listeners.map((row) => ({ ...row, connectors: ['word '.repeat(30).trim()] }))
    const lines = listenerTable(long, width).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
  })
})
