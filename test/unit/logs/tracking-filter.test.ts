import { describe, expect, test } from 'vitest'
import {
  type TrackingFilter,
  linePattern,
  matchesFilter,
} from '../../../src/logs/tracking-filter.ts'
import { TrackingRecordParser } from '../../../src/logs/tracking-record.ts'
import { trackingLogFields } from '../../../src/logs/tracking-log.ts'

const line = [
  '2026-10-01T09:00:00.117Z,192.0.2.10,EDGE01,192.0.2.25,mx.corp.example',
  '08DE0A11;250 2.6.0 Queued,Inbound,SMTP,SEND,7,<A1@sender.example>',
  '7f0c1f0e-5b1d-4c4a-8f1a-08de0a110001,user@corp.example;jürgen@corp.example,250 a;250 b',
  '2310,2,,<orig@sender.example>,"Hello, ""you"" there",bob@sender.example,<>',
  '2026-10-01T09:00:00.000Z,Incoming,,198.51.100.7,,,Email,id,15.02',
].join(',')
const record = TrackingRecordParser.of(trackingLogFields.join(','))?.parse(line)

/** Whether the pattern lets the line through, as the scan asks it; true where there is none. */
const passes = (filter: TrackingFilter) =>
  linePattern(filter)?.test(Buffer.from(line).toString('latin1')) ?? true

test('a record is read by its columns', () => {
  expect(record).toMatchObject({
    timestamp: Date.parse('2026-10-01T09:00:00.117Z'),
    eventId: 'SEND',
    recipients: ['user@corp.example', 'jürgen@corp.example'],
    recipientStatuses: ['250 a', '250 b'],
    totalBytes: 2310,
    messageSubject: 'Hello, "you" there',
    returnPath: '<>',
    schemaVersion: '15.02',
  })
})

describe.each<{ name: string; hits: TrackingFilter; misses: TrackingFilter }>([
  { name: 'EventId', hits: { eventId: 'send' }, misses: { eventId: 'SEN' } },
  { name: 'Source', hits: { source: 'smtp' }, misses: { source: 'DNS' } },
  {
    name: 'Sender',
    hits: { sender: 'BOB@sender.example' },
    misses: { sender: 'ob@sender.example' },
  },
  {
    name: 'Recipients',
    hits: { recipients: ['x@y.example', 'User@corp.example'] },
    misses: { recipients: ['bob@sender.example'] },
  },
  {
    name: 'Recipients beyond ASCII',
    hits: { recipients: ['JÜRGEN@corp.example'] },
    misses: { recipients: ['jurgen@corp.example'] },
  },
  {
    name: 'MessageId',
    hits: { messageId: '<a1@SENDER.example>' },
    misses: { messageId: '<1@sender.example>' },
  },
  {
    name: 'MessageId without brackets',
    hits: { messageId: 'a1@sender.example' },
    misses: { messageId: 'a1@sender' },
  },
  {
    name: 'InternalMessageId',
    hits: { internalMessageId: '7' },
    misses: { internalMessageId: '2310' },
  },
  {
    name: 'NetworkMessageId',
    hits: { networkMessageId: '7F0C1F0E-5b1d-4c4a-8f1a-08de0a110001' },
    misses: { networkMessageId: '7f0c1f0e' },
  },
  {
    name: 'NetworkMessageId without hyphens',
    hits: { networkMessageId: '7f0c1f0e5b1d4c4a8f1a08de0a110001' },
    misses: { networkMessageId: '7f0c1f0e5b1d4c4a8f1a08de0a110002' },
  },
  {
    name: 'MessageSubject',
    hits: { messageSubject: 'LO, "You' },
    misses: { messageSubject: 'Hello you' },
  },
  {
    name: 'Reference',
    hits: { reference: '<orig@sender.example>' },
    misses: { reference: 'a1@sender.example' },
  },
  {
    name: 'all together',
    hits: { eventId: 'SEND', sender: 'bob@sender.example', messageId: '<A1@sender.example>' },
    misses: { eventId: 'FAIL', sender: 'bob@sender.example', messageId: '<A1@sender.example>' },
  },
])('$name', ({ hits, misses }) => {
  test('finds what it names', () => {
    expect(passes(hits)).toBe(true)
    expect(record && matchesFilter(record, hits)).toBe(true)
  })

  test('leaves out what it does not', () => {
    expect(record && matchesFilter(record, misses)).toBe(false)
  })
})

test.each<{ filter: TrackingFilter; pattern: string | undefined }>([
  { filter: {}, pattern: undefined },
  { filter: { sender: '<>' }, pattern: undefined },
  { filter: { messageSubject: '"ab"cde"' }, pattern: 'cde' },
  {
    filter: { sender: 'bob@x.example', messageId: '<a+b@x.example>' },
    pattern: 'a\\+b@x\\.example',
  },
  { filter: { recipients: ['ü@', 'long@x.example'] }, pattern: undefined },
  {
    filter: { recipients: ['a@x.example', 'b@x.example'] },
    pattern: 'a@x\\.example|b@x\\.example',
  },
  { filter: { eventId: 'FAIL', source: 'DNS' }, pattern: ',FAIL,' },
])('$filter is searched for by $pattern', ({ filter, pattern }) => {
  expect(linePattern(filter)?.source).toBe(pattern)
})
