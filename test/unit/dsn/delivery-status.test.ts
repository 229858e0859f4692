import { expect, test } from 'vitest'
import { statusCode } from '../../../src/dsn/delivery-status.ts'
import type { DsnAction } from '../../../src/dsn/delivery-status.ts'

test.each<[DsnAction, string, string]>([
  ['failed', '550 5.1.1 User unknown', '5.1.1'],
  ['failed', '550-5.7.26 first of several lines', '5.7.26'],
  ['failed', '550 4.4.7 QUEUE.Expired; message expired', '4.4.7'],
  ['failed', '550 User unknown', '5.0.0'],
  ['failed', '550 2.0.0 odd', '5.0.0'],
  ['failed', '550 5.1.1.2 odd', '5.0.0'],
  ['failed', 'see 5.1.1 for more', '5.0.0'],
  ['failed', '', '5.0.0'],
  ['delayed', '451 4.4.0 DNS query failed', '4.4.0'],
  ['delayed', '550 5.1.1 downgraded', '4.0.0'],
  ['delayed', 'connection refused', '4.0.0'],
  ['relayed', '250 2.1.5 OK', '2.1.5'],
  ['relayed', '250 OK', '2.0.0'],
])('%s by "%s" has the status %s', (action, reply, status) => {
  expect(statusCode(action, reply)).toBe(status)
})
