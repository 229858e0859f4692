import { describe, expect, test } from 'vitest'
import { triesText } from '../../../src/commands/lab-screen.ts'
import { domainOf } from '../../../src/message/envelope.ts'
import { behaviourOf, labBehaviours } from '../../../src/lab/lab-behaviour.ts'
import { labLayouts, loopbackLayout, withHighPorts } from '../../../src/lab/lab-layout.ts'
import { labTries } from '../../../src/lab/lab-tries.ts'
import { labZones } from '../../../src/lab/lab-zones.ts'

const layouts = [...Object.values(labLayouts), withHighPorts(loopbackLayout)]
const groups = labTries(loopbackLayout)
const recipients = groups.flatMap((group) =>
  group.recipients.flatMap(({ recipient }) => recipient.split(',')),
)
const domains = new Set(recipients.map(domainOf))
const zones = labZones({ mx1: '', mx2: '', dead: '', relay: '', partner: '' })

test.each(layouts)('each command connects to the relay', (layout) => {
  const { smtp, submission, submissions } = layout.relay.ports
  const servers = [smtp, submission, submissions].map((port) => `${layout.relay.host}:${port}`)
  for (const { command, recipients: addresses } of labTries(layout)) {
    const [, server, to] = /^swaks -s (\S+) .* -t (\S+)$/.exec(command) ?? []
    expect(servers).toContain(server)
    expect(to).toBe(addresses[0]?.recipient)
  }
})

test.each(layouts)('what is shown fits 80 columns, and its commands can be copied', (layout) => {
  const text = triesText(labTries(layout), 80)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  const commands = [...text.matchAll(/^ {2}(swaks (?:[^\\\n]|\\\n)*)$/gm)].map(([, command = '']) =>
    command.replaceAll(/ \\\n */g, ' '),
  )
  expect(commands).toEqual(labTries(layout).map(({ command }) => command))
})

test('there is a recipient for every behaviour of a mail server', () => {
  expect(new Set(recipients.map(behaviourOf).filter((each) => each !== undefined))).toEqual(
    new Set(Object.keys(labBehaviours)),
  )
})

describe('recipients who keep others waiting', () => {
  test.each(['hang', '421', 'dropdata'])('%s stands alone in its domain', (name) => {
    const [address, ...others] = recipients.filter((each) => behaviourOf(each) === name)
    expect([address, others]).toEqual([`${name}@${name}.test`, []])
    expect(recipients.filter((each) => domainOf(each) === `${name}.test`)).toHaveLength(1)
  })
})

test('every domain tried is known to the lab, but for the one that must not be', () => {
  const elsewhere = ['contoso.test', 'nosuch.test', 'partner.test']
  expect([...domains].filter((domain) => !Object.hasOwn(zones, domain)).sort()).toEqual(elsewhere)
})

test('every mail domain of the zones is tried', () => {
  const mailDomains = Object.keys(zones).filter((name) => name.split('.').length === 2)
  expect(mailDomains.filter((name) => !domains.has(name))).toEqual(['dead.test'])
})
