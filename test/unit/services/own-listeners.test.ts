import { expect, test } from 'vitest'
import {
  completeReceiveConnector,
  receiveConnectorSchema,
} from '../../../src/receive/connectors/receive-connector.ts'
import { ownListeners } from '../../../src/services/own-listeners.ts'

test.each([
  ['127.0.0.1:2525', '127.0.0.1', 2525, true],
  ['127.0.0.1:2525', '127.0.0.1', 25, false],
  ['127.0.0.1:2525', '127.0.0.2', 2525, false],
  ['[::ffff:127.0.0.1]:2525', '127.0.0.1', 2525, true],
  ['[0:0:0:0:0:0:0:1]:2525', '::1', 2525, true],
  ['0.0.0.0:25', '127.7.7.7', 25, true],
  ['[::]:25', '::1', 25, true],
  ['0.0.0.0:25', '192.0.2.1', 25, false],
])('a server bound to %s listens at %s port %i: %s', (binding, address, port, listens) => {
  const parsed = receiveConnectorSchema.parse({ Name: 'In', Bindings: [binding] })
  const connectors = [completeReceiveConnector(parsed, 'Edge')]
  expect(ownListeners(() => connectors)(address, port)).toBe(listens)
})
