import { describe, expect, test } from 'vitest'
import { readActions } from '../../../src/agents/action-shape.ts'
import type { AgentEvent } from '../../../src/agents/agent-events.ts'

const refusal = { code: 550, enhanced: '5.7.1', lines: ['Not today'] }

describe('an answer is taken', () => {
  test.each<[string, AgentEvent, unknown[]]>([
    ['nothing', 'OnConnectEvent', []],
    ['a refusal', 'OnRcptCommand', [{ kind: 'reject', reply: refusal }]],
    ['a reply left out', 'OnConnectEvent', [{ kind: 'disconnect', reply: undefined }]],
    ['a new field', 'OnEndOfHeaders', [{ kind: 'add-field', name: 'X-A', value: 'ä', at: 'top' }]],
    [
      'a folded value',
      'OnEndOfData',
      [{ kind: 'replace-field', name: 'To', index: 0, octets: Buffer.from('a,\r\n b') }],
    ],
    ['a body', 'OnEndOfData', [{ kind: 'replace-body', body: new Uint8Array(3) }]],
    ['the null sender', 'OnMailCommand', [{ kind: 'set-sender', address: '' }]],
    ['an SCL', 'OnEndOfData', [{ kind: 'set-property', name: 'scl', value: -1 }]],
    [
      'a connector',
      'OnSubmittedMessage',
      [{ kind: 'route', address: 'ann@contoso.example', connector: 'Partner' }],
    ],
  ])('%s', (_, event, answer) => {
    expect(readActions(answer, event)).toEqual({ actions: answer })
  })
})

describe('an answer is nonsense', () => {
  test.each<[string, AgentEvent, unknown, string]>([
    ['no list', 'OnEndOfData', undefined, 'the answer is no list of actions'],
    ['too long', 'OnEndOfData', Array(1001).fill({}), 'more than 1000 actions'],
    ['an unknown action', 'OnEndOfData', [{ kind: 'burn' }], 'is none that the relay knows'],
    ['no action', 'OnEndOfData', [undefined], 'is none that the relay knows'],
    [
      'out of place',
      'OnConnectEvent',
      [{ kind: 'discard' }],
      'action 1: discard is not possible at OnConnectEvent',
    ],
    [
      'a 250 as refusal',
      'OnEndOfData',
      [{ kind: 'reject', reply: { code: 250, lines: [''] } }],
      'reply.code',
    ],
    [
      'codes of two classes',
      'OnEndOfData',
      [{ kind: 'reject', reply: { code: 550, enhanced: '4.7.1', lines: [''] } }],
      'another class',
    ],
    ['a deferral for good', 'OnEndOfData', [{ kind: 'defer', reply: refusal }], 'is no 4yz reply'],
    [
      'two fields in one',
      'OnEndOfHeaders',
      [{ kind: 'replace-field', name: 'To', index: 0, octets: Buffer.from('a\r\nBcc: b') }],
      'would end the field',
    ],
    [
      'the end of the header',
      'OnEndOfHeaders',
      [{ kind: 'replace-field', name: 'To', index: 0, octets: Buffer.from('a\r\n') }],
      'would end the field',
    ],
    [
      'a name that is none',
      'OnEndOfHeaders',
      [{ kind: 'set-field', name: 'X A', value: '' }],
      'is no name of a header field',
    ],
    ['no address', 'OnEndOfData', [{ kind: 'add-recipient', address: 'ann' }], 'is no address'],
    ['SCL 10', 'OnEndOfData', [{ kind: 'set-property', name: 'scl', value: 10 }], 'value'],
  ])('%s', (_, event, answer, reason) => {
    const read = readActions(answer, event)
    expect('fault' in read ? read.fault : '').toContain(reason)
  })

  test('nothing of an answer with one wrong action is done', () => {
    const answer = [{ kind: 'discard' }, { kind: 'burn' }]
    expect(readActions(answer, 'OnEndOfData')).not.toHaveProperty('actions')
  })
})
