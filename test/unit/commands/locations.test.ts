import { expect, test } from 'vitest'
import { locations } from '../../../src/commands/locations.ts'

test('flags win over the environment, and the environment over the defaults', () => {
  const env = { EDGE_CONFIG: '/etc/edge.yaml', EDGE_DATA: '/data' }
  expect(locations({ config: 'a.yaml', data: 'b', env })).toEqual({
    configFile: 'a.yaml',
    dataFolder: 'b',
  })
  expect(locations({ env })).toEqual({ configFile: '/etc/edge.yaml', dataFolder: '/data' })
  expect(locations({ env: { EDGE_CONFIG: '' } })).toEqual({
    configFile: 'config/server.yaml',
    dataFolder: 'data',
  })
})
