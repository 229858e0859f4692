import { expect, test } from 'vitest'
import { matchingName, nearestName } from '../../../src/config/setting-names.ts'

const names = ['Bindings', 'RemoteIPRanges', 'MaxMessageSize', 'MaxHeaderSize', 'UserName']

test('compares names without case', () => {
  expect(matchingName('REMOTEIPRANGES', names)).toBe('RemoteIPRanges')
  expect(matchingName('RemoteIPRange', names)).toBeUndefined()
})

test('a name spelt nearly so goes before a longer one', () => {
  expect(nearestName('Ports', ['Port', 'SourceTransportServers'])).toBe('Port')
  expect(nearestName('Port', ['TransportRole', 'Comment'])).toBeUndefined()
})

test.each([
  ['Bindngs', 'Bindings'],
  ['Bidnings', 'Bindings'],
  ['binding', 'Bindings'],
  ['RemoteIpAddressRanges', 'RemoteIPRanges'],
  ['MaxMesageSize', 'MaxMessageSize'],
  ['User', 'UserName'],
  ['Ranges', 'RemoteIPRanges'],
  ['Port', 'Bindings'],
  ['Greeting', undefined],
  ['X', undefined],
])('%s was meant to be %s', (given, meant) => expect(nearestName(given, names)).toBe(meant))
