import { describe, expect, test } from 'vitest'
import { formatBinding } from '../../../../src/receive/connectors/binding.ts'
import {
  ConnectorSelection,
  bindingsToOpen,
} from '../../../../src/receive/connectors/connector-selection.ts'
import { testConnector } from '../../../support/receiving-server.ts'

const connector = (Name: string, Bindings: string, RemoteIPRanges: string) =>
  testConnector({ Name, Bindings, RemoteIPRanges })

describe('ConnectorSelection', () => {
  const all = [
    connector('everybody', '0.0.0.0:25', '0.0.0.0-255.255.255.255'),
    connector('network', '0.0.0.0:25', '192.168.1.0-192.168.1.255'),
    connector('host', '0.0.0.0:25', '192.168.1.75'),
    connector('odd', '0.0.0.0:25', '192.168.2.1-192.168.2.3,192.168.2.0/24'),
    connector('concrete', '10.1.1.1:25', '192.168.0.0/16'),
    connector('six', '[::]:25', '2001:db8::/32'),
    connector('submission', '0.0.0.0:587', '192.168.1.75'),
  ]
  test.each([
    ['192.168.1.75', '10.9.9.9', 25, 'host'],
    ['192.168.1.100', '10.9.9.9', 25, 'network'],
    ['203.0.113.7', '10.9.9.9', 25, 'everybody'],
    ['192.168.2.2', '10.9.9.9', 25, 'odd'],
    ['192.168.1.75', '10.1.1.1', 25, 'concrete'],
    ['203.0.113.7', '10.1.1.1', 25, 'everybody'],
    ['2001:db8::9', '2001:db8::1', 25, 'six'],
    ['2001:dead::9', '2001:db8::1', 25, undefined],
    ['192.168.1.75', '10.1.1.1', 587, 'submission'],
    ['192.168.1.76', '10.1.1.1', 587, undefined],
    ['192.168.1.75', '10.1.1.1', 465, undefined],
  ])('%s to %s:%i goes to %s', (remote, address, port, expected) => {
    expect(new ConnectorSelection(all).select({ address, port }, remote)?.Name).toBe(expected)
  })

  test('passes a disabled connector over', () => {
    const disabled = testConnector({ Name: 'off', Bindings: '0.0.0.0:25', Enabled: false })
    const local = { address: '10.1.1.1', port: 25 }
    expect(new ConnectorSelection([disabled]).select(local, '192.0.2.1')).toBeUndefined()
  })

  test('takes the first of two that fit equally', () => {
    const twins = ['one', 'two'].map((name) => connector(name, '0.0.0.0:25', '192.0.2.0/24'))
    const local = { address: '10.1.1.1', port: 25 }
    expect(new ConnectorSelection(twins).select(local, '192.0.2.1')?.Name).toBe('one')
  })
})

describe('bindingsToOpen', () => {
  test.each([
    ['equal bindings once', ['0.0.0.0:25', '0.0.0.0:25'], ['0.0.0.0:25']],
    ['both families', ['0.0.0.0:25,[::]:25'], ['0.0.0.0:25', '[::]:25']],
    ['a concrete one only beside no wildcard', ['10.1.1.1:25', '0.0.0.0:25'], ['0.0.0.0:25']],
    [
      'a wildcard covers its port only',
      ['10.1.1.1:587', '0.0.0.0:25'],
      ['10.1.1.1:587', '0.0.0.0:25'],
    ],
    ['a wildcard covers its family only', ['10.1.1.1:25', '[::]:25'], ['10.1.1.1:25', '[::]:25']],
  ])('%s', (_, bindings, expected) => {
    const connectors = bindings.map((text) => connector('any', text, '0.0.0.0/0'))
    expect(bindingsToOpen(connectors).map(formatBinding)).toEqual(expected)
  })

  test('leaves disabled connectors out', () => {
    expect(bindingsToOpen([testConnector({ Enabled: false })])).toEqual([])
  })
})
