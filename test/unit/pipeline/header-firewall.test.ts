import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import type { Permission } from '../../../src/message/permission.ts'
import { inboundHeaders, outboundHeaders } from '../../../src/pipeline/header-firewall.ts'
import type { NextHopPrincipal } from '../../../src/pipeline/header-firewall.ts'

const all = [
  'Received',
  'Resent-From',
  'X-MS-Exchange-Organization-SCL',
  'x-ms-exchange-organization-authas',
  'X-MS-Exchange-Forest-RulesExecuted',
  'X-MS-Exchange-CrossPremises-SCL',
  'X-MS-Exchange-Other',
  'Received-SPF',
  'Subject',
]
const header = new HeaderBlock(Buffer.from(all.map((name) => `${name}: x\r\n y\r\n`).join('')))
const names = (block: HeaderBlock) =>
  block.fields.map((field) => block.bytes.toString('latin1', field.start, field.valueStart - 1))
const without = (...removed: RegExp[]) =>
  all.filter((name) => !removed.some((shape) => shape.test(name)))

const routing = /^(Received|Resent-From)$/
const organization = /organization-|CrossPremises/i
const forest = /Forest/

describe('what a session may bring along', () => {
  test.each<[string, Permission[], RegExp[]]>([
    ['no rights', [], [routing, organization, forest]],
    ['routing', ['AcceptRoutingHeaders'], [organization, forest]],
    ['organization', ['AcceptOrganizationHeaders'], [routing, forest]],
    ['forest', ['AcceptForestHeaders'], [routing, organization]],
    ['all', ['AcceptRoutingHeaders', 'AcceptOrganizationHeaders', 'AcceptForestHeaders'], []],
  ])('%s', (_, permissions, removed) => {
    expect(names(inboundHeaders(header, new Set(permissions)))).toEqual(without(...removed))
  })
})

describe('what leaves', () => {
  test.each<[NextHopPrincipal, RegExp[]]>([
    ['Anonymous', [organization, forest]],
    ['ExternallySecured', [organization, forest]],
    ['ExchangeServer', [/CrossPremises/]],
  ])('to %s', (nextHop, removed) => {
    expect(names(outboundHeaders(header, nextHop))).toEqual(without(...removed))
  })
})
