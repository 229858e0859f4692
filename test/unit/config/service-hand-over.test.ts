import { expect, test } from 'vitest'
import { checkConfigText } from '../../../src/config/load-config.ts'
import { formatProblem } from '../../../src/config/located-problem.ts'
import { SettingsShell } from '../../support/settings-shell.ts'

/** A front end for anybody, and a back end for some addresses. */
const text = (ranges: string) => `
Server: { Name: MBX1, Fqdn: mbx1.contoso.com, Role: Mailbox }
ReceiveConnectors:
  - Name: Default Frontend MBX1
    TransportRole: FrontendTransport
    Bindings: 0.0.0.0:25
    RemoteIPRanges: 0.0.0.0/0
    PermissionGroups: AnonymousUsers
  - Name: Default MBX1
    Bindings: 0.0.0.0:2525
    RemoteIPRanges: ${ranges}
    AuthMechanism: Tls, ExchangeServer
    PermissionGroups: ExchangeServers
`

async function problems(ranges: string, addresses: readonly string[]) {
  const result = await checkConfigText(text(ranges), 'server.yaml', { addresses })
  return 'problems' in result ? result.problems.map(formatProblem) : []
}

test.each([
  ['127.0.0.1', []],
  ['10.0.0.0/8', ['127.0.0.1', '10.1.1.2']],
])('a back end for %s serves a machine with %j', async (ranges, addresses) => {
  expect(await problems(ranges, addresses)).toEqual([])
})

test('a back end for other machines is refused with what it should hold', async () => {
  expect(await problems('10.0.0.0/8', ['127.0.0.1', '192.0.2.2'])).toEqual([
    'server.yaml:11:21 ReceiveConnectors[1].RemoteIPRanges "Default MBX1": mail that comes in by "Default Frontend MBX1" would all be refused (451 4.7.0, PRX1): no connector takes sessions from this server itself; have the RemoteIPRanges of "Default MBX1" hold 127.0.0.1 or 192.0.2.2, or add a connector that does',
  ])
})

test('a cmdlet that would take the last back end away is refused', async () => {
  const settings = await SettingsShell.on(text('0.0.0.0/0'))
  for (const line of [
    'Disable-ReceiveConnector "Default MBX1"',
    'Remove-ReceiveConnector "Default MBX1" -Confirm:$false',
    'Set-ReceiveConnector "Default MBX1" -RemoteIPRanges 198.51.100.7',
    'Set-ReceiveConnector "Default MBX1" -PermissionGroups ExchangeUsers',
  ])
    expect(await settings.errorOf(line)).toContain('would all be refused (451 4.7.0, PRX1)')
})

test('an Edge server has no front end to be served', async () => {
  const result = await checkConfigText(
    'Server: { Role: Edge }\nReceiveConnectors: []\n',
    'server.yaml',
  )
  expect('problems' in result).toBe(false)
})
