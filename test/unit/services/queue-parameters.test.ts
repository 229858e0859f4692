import { describe, expect, test } from 'vitest'
import { NotUnderstood } from '../../../src/admin/admin-endpoint.ts'
import { longestPattern, mostTests } from '../../../src/queue/copy-test.ts'
import { copyTests, queueKey, queueTests } from '../../../src/services/queue-parameters.ts'
import { domainQueue } from '../../support/queue-samples.ts'

const subject = { field: 'subject', operator: 'fits', pattern: '*won*' }
const size = { field: 'size', operator: '>', value: 5 }
const status = { field: 'Status', operator: 'fits', pattern: 'Retry' }
const named = { field: 'name', operator: '=', value: '3' }

test('tests that are understood are taken as they are', () => {
  expect(copyTests([subject, size], 'tests')).toEqual([subject, size])
  const count = { field: 'MessageCount', operator: '<=', value: 0 }
  expect(queueTests([status, named, count], 'tests')).toEqual([status, named, count])
})

test('the key of a queue is understood with a delivery type that there is, and no other', () => {
  const key = domainQueue('first.test')
  expect(queueKey(key, 'queue')).toEqual(key)
  for (const deliveryType of ['MapiDelivery', 'toString', '', 7, null, ['Undefined'], undefined]) {
    expect(() => queueKey({ ...key, deliveryType }, 'queue')).toThrow(
      new NotUnderstood('queue.deliveryType must be a delivery type'),
    )
  }
})

describe('a test that is not understood never means all', () => {
  const long = 'x'.repeat(longestPattern + 1)
  test.each<[string, unknown]>([
    ['none', null],
    ['a text', 'Subject'],
    ['a number', 1],
    ['no list', subject],
    ['an empty test', [{}]],
    ['null', [null]],
    ['a list', [[]]],
    ['another operator', [{ ...subject, operator: 'notcontains' }]],
    ['the operator of other versions', [{ ...subject, operator: 'like', pattern: '%won%' }]],
    ['no operator', [{ field: 'subject', pattern: '*' }]],
    ['another field', [{ ...subject, field: 'body' }]],
    ['no field', [{ operator: 'fits', pattern: '*' }]],
    ['a field of all objects', [{ ...subject, field: 'toString' }]],
    ['no pattern', [{ field: 'subject', operator: 'fits' }]],
    ['an empty pattern', [{ ...subject, pattern: '' }]],
    ['a pattern without end', [{ ...subject, pattern: long }]],
    ['a number compared with a text', [{ ...size, value: '5' }]],
    ['no value', [{ field: 'size', operator: '>' }]],
    ['null as a value', [{ ...size, value: null }]],
    ['a text as a number', [{ field: 'subject', operator: '=', value: 5 }]],
    ['a number as a text', [{ field: 'size', operator: 'fits', pattern: '5' }]],
    ['more than a test', [{ ...subject, negated: true }]],
    ['one right and one wrong', [subject, {}]],
    ['too many', Array.from({ length: mostTests + 1 }, () => subject)],
  ])('%s', (_what, tests) => {
    expect(() => copyTests(tests, 'tests')).toThrow(NotUnderstood)
  })
  test.each<[string, unknown]>([
    ['a name with another operator', [{ ...named, operator: '!=' }]],
    ['an empty name', [{ ...named, value: '' }]],
    ['a name that is a number', [{ ...named, value: 3 }]],
    ['a name and more', [{ ...named, pattern: '*' }]],
    ['a field of messages', [subject]],
    ['another operator', [{ ...status, operator: 'notlike' }]],
  ])('%s, for queues', (_what, tests) => {
    expect(() => queueTests(tests, 'tests')).toThrow(NotUnderstood)
  })
})
