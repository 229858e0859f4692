import { expect, test } from 'vitest'
import { domainOf } from '../../../src/message/envelope.ts'
import { behaviourOf, labBehaviours } from '../../../src/lab/lab-behaviour.ts'
import { loopbackLayout } from '../../../src/lab/lab-layout.ts'
import { labZones } from '../../../src/lab/lab-zones.ts'
import { swaksLines } from '../../../src/lab/swaks-lines.ts'

const lines = swaksLines(loopbackLayout)
const recipients = lines.flatMap(({ command }) =>
  (/--to (\S+)/.exec(command)?.[1] ?? '').split(','),
)
const domains = new Set(recipients.map(domainOf))
const zones = labZones({ mx1: '', mx2: '', dead: '', relay: '', partner: '' })

test('each line connects to the relay and says what to expect', () => {
  for (const { command, expect: outcome } of lines) {
    expect(command).toMatch(/^swaks --server 127\.0\.0\.1:(25|465|587) /)
    expect(outcome).not.toBe('')
  }
})

test('there is a line for every behaviour of a mail server', () => {
  expect(new Set(recipients.map(behaviourOf).filter((each) => each !== undefined))).toEqual(
    new Set(Object.keys(labBehaviours)),
  )
})

test('every domain tried is known to the lab, but for the one that must not be', () => {
  const elsewhere = ['contoso.test', 'nosuch.test', 'partner.test']
  expect([...domains].filter((domain) => !Object.hasOwn(zones, domain)).sort()).toEqual(elsewhere)
})

test('there is a line for every mail domain of the zones', () => {
  const mailDomains = Object.keys(zones).filter((name) => name.split('.').length === 2)
  expect(mailDomains.filter((name) => !domains.has(name))).toEqual(['dead.test'])
})
